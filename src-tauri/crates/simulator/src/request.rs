//! What arrives at the gateway, without the socket that it came through.

/// One HTTP request, as far as the gateway's answer depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `POST`, `GET`, …
    pub method: &'a str,
    /// Without host and query string.
    pub path: &'a str,
    /// What stands behind the `?`, still escaped; empty without one.
    pub query: &'a str,
    /// The body, exactly.
    pub body: &'a [u8],
    /// The header `Wechatpay-Negative-Test`: which case of the new sandbox is wanted (protocol page §1.4).
    pub negative_test: Option<&'a str>,
    /// Who the client has proven to be.
    pub certificate: ClientCertificate<'a>,
}

/// What the connection says about the client (protocol page §1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientCertificate<'a> {
    /// There is no TLS, so nobody could show one.
    PlainHttp,
    /// TLS, and the client showed none.
    Absent,
    /// One that this gateway's CA did not issue, or that has expired.
    Unverifiable,
    /// A good one.
    Of {
        /// The merchant number that it was issued to.
        mch_id: &'a str,
    },
}

impl<'a> Request<'a> {
    /// A POST over plain HTTP.
    pub const fn post(path: &'a str, body: &'a [u8]) -> Self {
        Self { method: "POST", path, query: "", body, negative_test: None, certificate: ClientCertificate::PlainHttp }
    }
}
