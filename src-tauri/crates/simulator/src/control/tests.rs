use super::*;

#[test]
fn a_foreign_host_is_not_taken_for_this_machine() {
    let address: SocketAddr = "127.0.0.1:8100".parse().unwrap();
    for host in ["127.0.0.1:8100", "localhost:8100", "[::1]:8100"] {
        assert!(is_own_host(host, address), "{host}");
    }
    for host in ["evil.example:8100", "127.0.0.1", "127.0.0.1:8101", "localhost.evil.example:8100", ""] {
        assert!(!is_own_host(host, address), "{host}");
    }
}
