//! A desk on a folder of its own, with a keyring in memory, for tests of what commands do with it.

use std::path::Path;

use desk::{Desk, NewProfile, Seams};
use desk_vault::MemoryKeyring;
use wxpay_protocol::environment::Environment;
use wxpay_protocol::{Secret, SignType};

pub(crate) async fn desk_in(folder: &Path) -> Desk {
    let seams = Seams { keyring: Box::new(MemoryKeyring::usable()), ..Seams::of_this_machine() };
    Desk::open(folder, seams).await.unwrap()
}

/// A merchant of a simulator where nobody answers.
pub(crate) fn merchant(name: &str) -> NewProfile {
    NewProfile {
        name: name.to_owned(),
        appid: "wx0000000000000001".to_owned(),
        mch_id: "1900000001".to_owned(),
        sign_type: SignType::Md5,
        environment: Environment::Simulator,
        base_url: Some("http://127.0.0.1:9".to_owned()),
        ca_file: None,
        notify_url: None,
        sub_mch_id: None,
        sub_appid: None,
        api_key: Secret::new(b"CanaryKey0123456789abcdef6a2dXYZ".to_vec()),
        app_secret: None,
    }
}
