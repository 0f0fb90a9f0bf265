use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use wxpay_protocol::ids::MchId;

use super::*;

const MCH_ID: &str = "1900000001";

fn mch_id() -> MchId {
    MchId::new(MCH_ID).unwrap()
}

fn opened() -> (TempDir, Pki, MerchantFiles) {
    let dir = tempfile::tempdir().unwrap();
    let pki = Pki::open(dir.path()).unwrap();
    let files = pki.issuing.merchant(&mch_id()).unwrap();
    (dir, pki, files)
}

fn pem_certificate(path: &Path) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(path).unwrap()
}

#[test]
fn both_p12_files_hold_the_pem_pair_and_open_with_the_merchant_number_only() {
    let (_dir, pki, files) = opened();
    let certificate = pem_certificate(&files.cert);
    let key = PrivateKeyDer::from_pem_file(&files.key).unwrap();
    for path in [&files.p12, &files.p12_modern] {
        let bytes = fs::read(path).unwrap();
        let store = KeyStore::from_pkcs12(&bytes, MCH_ID, Pkcs12ImportPolicy::Strict).unwrap();
        let (name, chain) = store.private_key_chain().unwrap();
        assert_eq!(name, "Tenpay Certificate");
        assert_eq!(chain.key().as_der(), key.secret_der(), "{}", path.display());
        let certificates: Vec<_> = chain.certs().iter().map(|found| found.as_der().to_vec()).collect();
        assert_eq!(certificates, [certificate.to_vec(), pem_certificate(&pki.issuing.ca_file()).to_vec()]);
        for wrong in ["", "1900000002", "190000000"] {
            assert!(KeyStore::from_pkcs12(&bytes, wrong, Pkcs12ImportPolicy::Strict).is_err(), "{wrong:?}");
        }
    }
}

#[test]
fn the_certificate_is_issued_to_the_merchant_number() {
    let (_dir, _pki, files) = opened();
    assert_eq!(mch_id_of(&pem_certificate(&files.cert)), Some(mch_id()));
    assert_eq!(mch_id_of(&CertificateDer::from(vec![1, 2, 3])), None);
}

#[test]
fn a_later_start_keeps_every_file_and_another_merchant_gets_its_own() {
    let (dir, _pki, files) = opened();
    let of = |files: &MerchantFiles| {
        [&files.p12, &files.p12_modern, &files.cert, &files.key].map(|path| fs::read(path).unwrap())
    };
    let before = (of(&files), fs::read(dir.path().join("tls/server.pem")).unwrap());
    let again = Pki::open(dir.path()).unwrap();
    let kept = again.issuing.merchant(&mch_id()).unwrap();
    assert!((of(&kept), fs::read(dir.path().join("tls/server.pem")).unwrap()) == before);
    let other = again.issuing.merchant(&MchId::new("1900000002").unwrap()).unwrap();
    assert_ne!(other.cert, files.cert);
    assert_eq!(mch_id_of(&pem_certificate(&other.cert)), Some(MchId::new("1900000002").unwrap()));
}

#[test]
fn a_merchants_files_that_were_removed_in_part_are_made_anew_together() {
    let (dir, _pki, files) = opened();
    let before = fs::read(&files.cert).unwrap();
    fs::remove_file(&files.key).unwrap();
    let made = Pki::open(dir.path()).unwrap().issuing.merchant(&mch_id()).unwrap();
    assert_eq!(made, files);
    assert_ne!(fs::read(&files.cert).unwrap(), before);
    assert!(files.key.is_file());
}

#[test]
fn damaged_files_are_named_and_never_overwritten() {
    let (dir, _pki, _files) = opened();
    for (name, part) in [("ca.pem", "certificate"), ("ca_key.pem", "private key"), ("server.pem", "certificate")] {
        let path = dir.path().join("tls").join(name);
        let good = fs::read(&path).unwrap();
        fs::write(&path, "junk").unwrap();
        let Err(refused) = Pki::open(dir.path()) else { panic!("{name} was taken") };
        assert!(refused.to_string().contains(name) && refused.to_string().contains(part), "{refused}");
        assert_eq!(fs::read(&path).unwrap(), b"junk");
        fs::write(&path, good).unwrap();
    }
    let other = tempfile::tempdir().unwrap();
    Pki::open(other.path()).unwrap();
    fs::copy(other.path().join("tls/ca_key.pem"), dir.path().join("tls/ca_key.pem")).unwrap();
    assert!(matches!(Pki::open(dir.path()), Err(PkiError::Damaged { .. })), "a key of another authority was taken");
}

#[cfg(unix)]
#[test]
fn nobody_but_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, _pki, files) = opened();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let tls = dir.path().join("tls");
    for name in ["ca.pem", "ca_key.pem", "server.pem", "server_key.pem"] {
        assert_eq!(mode(&tls.join(name)), 0o600, "{name}");
    }
    for path in [&files.p12, &files.p12_modern, &files.cert, &files.key] {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    assert_eq!((mode(&tls), mode(&tls.join(MCH_ID))), (0o700, 0o700));
}

/// Where there is no openssl, the reading above has to do.
#[test]
fn openssl_reads_the_files_and_finds_wechats_ciphers() {
    let (dir, pki, files) = opened();
    let openssl = |arguments: &[&str]| {
        let done = Command::new("openssl").args(arguments).current_dir(dir.path()).output().ok()?;
        Some((
            done.status.success(),
            format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr)),
        ))
    };
    let pass = format!("pass:{MCH_ID}");
    let info = |flag: &[&str], path: &Path| {
        openssl(&[&["pkcs12"], flag, &["-info", "-nokeys", "-passin", &pass, "-in", path.to_str().unwrap()]].concat())
    };
    let Some((_, version)) = openssl(&["version"]) else { return };
    let legacy: &[&str] = if version.starts_with("OpenSSL 3") { &["-legacy"] } else { &[] };
    let (read, told) = info(legacy, &files.p12).unwrap();
    assert!(read, "{told}");
    for part in [
        "MAC: sha1, Iteration 2048",
        "pbeWithSHA1And40BitRC2-CBC",
        "pbeWithSHA1And3-KeyTripleDES-CBC",
        "Tenpay Certificate",
        MCH_ID,
    ] {
        assert!(told.contains(part), "no {part} in {told}");
    }
    let (read, told) = info(&[], &files.p12_modern).unwrap();
    assert!(read && told.contains("AES-256-CBC") && told.contains("MAC: sha256"), "{told}");
    let verified = openssl(&[
        "verify",
        "-CAfile",
        pki.issuing.ca_file().to_str().unwrap(),
        files.cert.to_str().unwrap(),
        "tls/server.pem",
    ]);
    assert!(verified.as_ref().is_some_and(|(good, _)| *good), "{verified:?}");
}

#[test]
fn making_a_merchants_files_takes_seconds_at_most() {
    let started = Instant::now();
    drop(opened());
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
