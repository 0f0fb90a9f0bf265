//! Where requests may go: a compiled-in host of WeChat Pay, or a simulator on this machine. Nothing else can be built.

use std::net::IpAddr;
use std::sync::Arc;

use reqwest::Url;
use wxpay_protocol::environment::Environment;
use wxpay_protocol::js_code;

/// A gateway. For the three real environments the host is compiled in; for a simulator the address is loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    environment: Environment,
    base: String,
    root_ca_der: Option<Arc<[u8]>>,
}

/// Why an address cannot be a destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DestinationFault {
    /// A simulator without an address.
    #[error("a simulator profile needs a base URL such as http://127.0.0.1:8080")]
    NoBaseUrl,
    /// A real environment with an address of its own.
    #[error("{0} has its hosts built in; remove the base URL, or choose the environment simulator")]
    BaseUrlNotAllowed(&'static str),
    /// An extra root certificate outside of a simulator profile.
    #[error("{0} trusts the system's certificates only; remove the CA file, or choose the environment simulator")]
    CaNotAllowed(&'static str),
    /// Not readable as an address.
    #[error("the base URL must look like http://127.0.0.1:8080, with nothing after the port")]
    Shape,
    /// Not this machine.
    #[error("the base URL must name this machine (127.0.0.1, [::1] or localhost); a simulator is never remote")]
    NotLoopback,
    /// The extra root certificate cannot be read.
    #[error("the CA file must hold one certificate in PEM or DER form")]
    Ca,
}

impl Destination {
    /// The destination of an environment. `base_url` and `root_ca` (PEM or DER) exist for simulators only.
    pub fn new(
        environment: Environment,
        base_url: Option<&str>,
        root_ca: Option<&[u8]>,
    ) -> Result<Self, DestinationFault> {
        let Some(host) = environment.host() else {
            return Self::simulator(environment, base_url.ok_or(DestinationFault::NoBaseUrl)?, root_ca);
        };
        if base_url.is_some() {
            return Err(DestinationFault::BaseUrlNotAllowed(environment.as_str()));
        }
        if root_ca.is_some() {
            return Err(DestinationFault::CaNotAllowed(environment.as_str()));
        }
        Ok(Self { environment, base: format!("https://{host}"), root_ca_der: None })
    }

    fn simulator(environment: Environment, base_url: &str, root_ca: Option<&[u8]>) -> Result<Self, DestinationFault> {
        let url = Url::parse(base_url).map_err(|_| DestinationFault::Shape)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(DestinationFault::Shape);
        }
        // An address that hides its host behind a user name, or that carries a path or query, is a mistake or a trick.
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && matches!(url.path(), "" | "/");
        if !plain {
            return Err(DestinationFault::Shape);
        }
        if !url.host_str().is_some_and(is_loopback) {
            return Err(DestinationFault::NotLoopback);
        }
        let root_ca_der = root_ca.map(read_certificate).transpose()?;
        Ok(Self { environment, base: url.as_str().trim_end_matches('/').to_owned(), root_ca_der })
    }

    /// Which environment this is.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// WeChat Pay's other city, with the same paths, data and keys; sandboxes and simulators have none.
    pub(crate) fn other_city(&self) -> Option<Self> {
        let environment = match self.environment {
            Environment::Production => Environment::Standby,
            Environment::Standby => Environment::Production,
            Environment::Sandbox | Environment::Simulator => return None,
        };
        let host = environment.host()?;
        Some(Self { environment, base: format!("https://{host}"), root_ca_der: None })
    }

    /// Whether requests stay on this machine.
    pub fn is_loopback(&self) -> bool {
        self.environment == Environment::Simulator
    }

    /// Scheme, host and port, without a trailing slash.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The whole address of a documented path, with the environment's prefix.
    pub fn url(&self, path: &str) -> String {
        format!("{}{}", self.base, self.environment.path(path))
    }

    /// The address of `sns/jscode2session`, without its query.
    pub(crate) fn session_url(&self) -> String {
        match self.environment {
            Environment::Simulator => format!("{}{}", self.base, js_code::PATH),
            _ => format!("https://{}{}", js_code::HOST, js_code::PATH),
        }
    }

    pub(crate) fn root_ca_der(&self) -> Option<&Arc<[u8]>> {
        self.root_ca_der.as_ref()
    }
}

/// Literal loopback addresses and the name `localhost`, which the wire never looks up but pins to them.
fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare.parse::<IpAddr>().map_or(host == "localhost", |address| address.is_loopback())
}

fn read_certificate(bytes: &[u8]) -> Result<Arc<[u8]>, DestinationFault> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let der = if bytes.trim_ascii_start().starts_with(b"-----") {
        CertificateDer::from_pem_slice(bytes).map_err(|_| DestinationFault::Ca)?.to_vec()
    } else {
        bytes.to_vec()
    };
    let mut store = rustls::RootCertStore::empty();
    store.add(CertificateDer::from(der.clone())).map_err(|_| DestinationFault::Ca)?;
    Ok(der.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_environment_cannot_be_pointed_elsewhere() {
        for environment in [Environment::Production, Environment::Standby, Environment::Sandbox] {
            assert!(matches!(
                Destination::new(environment, Some("http://127.0.0.1:1"), None),
                Err(DestinationFault::BaseUrlNotAllowed(_))
            ));
            assert!(matches!(Destination::new(environment, None, Some(b"x")), Err(DestinationFault::CaNotAllowed(_))));
            let url = Destination::new(environment, None, None).unwrap().url("/pay/orderquery");
            assert!(url.starts_with("https://api") && url.contains(".mch.weixin.qq.com/"), "{url}");
            assert!(url.ends_with("/pay/orderquery"), "{url}");
        }
        let sandbox = Destination::new(Environment::Sandbox, None, None).unwrap();
        assert!(sandbox.url("/pay/orderquery").contains("sandbox"));
    }

    #[test]
    fn logins_of_a_real_merchant_are_asked_about_at_wechats_own_host_and_of_a_simulator_there() {
        for environment in [Environment::Production, Environment::Standby, Environment::Sandbox] {
            let to = Destination::new(environment, None, None).unwrap();
            assert_eq!(to.session_url(), "https://api.weixin.qq.com/sns/jscode2session", "{environment:?}");
        }
        let simulator = Destination::new(Environment::Simulator, Some("http://127.0.0.1:8080/"), None).unwrap();
        assert_eq!(simulator.session_url(), "http://127.0.0.1:8080/sns/jscode2session");
    }

    #[test]
    fn a_simulator_is_on_this_machine_or_refused() {
        for url in [
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/",
            "http://127.9.8.7:1",
            "https://[::1]:8443",
            "http://localhost:8080",
            "http://LOCALHOST:8080",
        ] {
            assert!(Destination::new(Environment::Simulator, Some(url), None).is_ok(), "{url}");
        }
        for url in [
            "http://10.0.0.1:8080",
            "http://0.0.0.0:8080",
            "http://[::]:8080",
            "http://[::ffff:10.0.0.1]:80",
            "http://192.168.1.2",
            "http://example.com",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.:80",
            "https://api.mch.weixin.qq.com",
        ] {
            assert_eq!(
                Destination::new(Environment::Simulator, Some(url), None),
                Err(DestinationFault::NotLoopback),
                "{url}"
            );
        }
        for url in [
            "",
            "127.0.0.1:8080",
            "file:///etc/passwd",
            "ftp://127.0.0.1",
            "http://127.0.0.1@example.com/",
            "http://user:pw@127.0.0.1/",
            "http://127.0.0.1/path",
            "http://127.0.0.1/?a=b",
            "http://127.0.0.1/#x",
        ] {
            assert_eq!(
                Destination::new(Environment::Simulator, Some(url), None),
                Err(DestinationFault::Shape),
                "{url}"
            );
        }
        assert_eq!(Destination::new(Environment::Simulator, None, None), Err(DestinationFault::NoBaseUrl));
    }

    #[test]
    fn a_ca_file_that_holds_no_certificate_is_refused() {
        for bytes in [&b"junk"[..], b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert_eq!(
                Destination::new(Environment::Simulator, Some("https://127.0.0.1:1"), Some(bytes)),
                Err(DestinationFault::Ca)
            );
        }
    }
}
