//! One endpoint of the gateway.

use std::fmt;

use serde::{Serialize, Serializer};

use super::book::BOOK;
use super::field::Field;

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The protocol's documents or the catalogue of causes state it.
    Stated,
    /// General knowledge or contradictory sources: worth a hint and no more.
    Unconfirmed,
}

/// Which digests an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithms {
    /// MD5 where nothing is said, HMAC-SHA256 with sign_type.
    Both,
    /// HMAC-SHA256 only.
    HmacOnly,
    /// MD5 only.
    Md5Only,
}

/// How a request is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signing {
    /// Which digests it takes.
    pub algorithms: Algorithms,
    /// Whether a field sign_type exists there.
    pub sign_type_field: bool,
    /// How sure this is.
    pub certainty: Certainty,
}

/// A second sign that stands in the same request.
#[derive(Clone, Copy, Debug)]
pub struct SecondSign {
    /// Its name.
    pub name: &'static str,
    /// What is appended in the place of `&key=`.
    pub suffix: &'static str,
    /// Whose secret that is, in Chinese and in English.
    pub secret: (&'static str, &'static str),
}

/// What is known about one endpoint.
#[derive(Debug)]
pub struct Rule {
    /// Its name: the last part of its path.
    pub name: &'static str,
    /// Its paths on the production host, the usual one first.
    pub paths: &'static [&'static str],
    /// What it does, in Chinese and in English.
    pub title: (&'static str, &'static str),
    /// Its fields, without those of `common`.
    pub own: &'static [Field],
    /// The fields that it shares with others.
    pub common: &'static [Field],
    /// Names of other endpoints that stand here under another one: `("appid", "mch_appid")`.
    pub renamed: &'static [(&'static str, &'static str)],
    /// How it is signed.
    pub signing: Signing,
    /// A second sign.
    pub second_sign: Option<SecondSign>,
    /// Whether it needs the merchant's certificate.
    pub certificate: bool,
    /// Whether the list of fields is the documented one, so that a name that is not in it is worth a warning.
    pub fields: Certainty,
}

/// An endpoint of the rule book.
#[derive(Clone, Copy)]
pub struct Endpoint(&'static Rule);

impl Endpoint {
    /// All endpoints, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        BOOK.iter().copied().flatten().map(Self)
    }

    /// The endpoint for its name (`unifiedorder`), its path (`/pay/unifiedorder`, also that of a sandbox) or its URL.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.contains('/') {
            return Self::all().find(|endpoint| endpoint.0.name == text);
        }
        let path = path_of(text);
        Self::all().find(|endpoint| endpoint.0.paths.iter().any(|known| *known == path))
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// Everything that is known about it.
    pub const fn rule(self) -> &'static Rule {
        self.0
    }

    /// Its fields: the common ones, then its own.
    pub fn fields(self) -> impl Iterator<Item = &'static Field> {
        self.0.common.iter().chain(self.0.own)
    }

    /// One of its fields.
    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.name == name)
    }
}

/// The path in the form of the rule book: without scheme, host, sandbox prefix, query and trailing slash.
fn path_of(text: &str) -> String {
    let rest = match text.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default(),
        None => text,
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let path = format!("/{}", rest.trim_matches('/'));
    // The request for the sandbox's key exists in the sandbox only.
    if path.ends_with("/getsignkey") {
        return path;
    }
    let inner = path.strip_prefix("/sandboxnew").or_else(|| path.strip_prefix("/xdc/apiv2sandbox"));
    inner.map_or_else(|| path.clone(), str::to_owned)
}

/// Two are equal when they have the same name.
impl PartialEq for Endpoint {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Endpoint {}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.name)
    }
}

/// Serialises as its name.
impl Serialize for Endpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::Need;

    #[test]
    fn an_endpoint_is_found_by_name_path_and_url_also_in_a_sandbox() {
        for text in [
            "refund",
            "/secapi/pay/refund",
            "secapi/pay/refund/",
            "https://api.mch.weixin.qq.com/secapi/pay/refund",
            "https://api2.mch.weixin.qq.com/secapi/pay/refund?x=1",
            "/sandboxnew/secapi/pay/refund",
            "/xdc/apiv2sandbox/secapi/pay/refund",
        ] {
            assert_eq!(Endpoint::parse(text).map(Endpoint::name), Some("refund"), "{text}");
        }
        for text in ["/sandboxnew/pay/getsignkey", "https://api.mch.weixin.qq.com/xdc/apiv2getsignkey/sign/getsignkey"]
        {
            assert_eq!(Endpoint::parse(text).map(Endpoint::name), Some("getsignkey"), "{text}");
        }
        for text in ["", "Refund", "/refund", "https://", "https://api.mch.weixin.qq.com", "/pay/unifiedorder2"] {
            assert_eq!(Endpoint::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn names_paths_and_fields_are_there_once() {
        let mut names = BTreeSet::new();
        let mut paths = BTreeSet::new();
        for endpoint in Endpoint::all() {
            assert!(names.insert(endpoint.name()), "{endpoint:?}");
            assert!(!endpoint.rule().paths.is_empty());
            for path in endpoint.rule().paths {
                assert!(path.starts_with('/') && paths.insert(*path), "{path}");
                assert_eq!(Endpoint::parse(path), Some(endpoint), "{path}");
            }
            let mut fields = BTreeSet::new();
            for field in endpoint.fields() {
                assert!(fields.insert(field.name), "{endpoint:?}.{}", field.name);
                if let Need::When { name, .. } = field.need {
                    assert!(endpoint.field(name).is_some(), "{endpoint:?}.{} depends on {name}", field.name);
                }
            }
            assert!(fields.contains("sign") && fields.contains("nonce_str"), "{endpoint:?}");
            assert_eq!(fields.contains("sign_type"), endpoint.rule().signing.sign_type_field, "{endpoint:?}");
            for (foreign, own) in endpoint.rule().renamed {
                assert!(!fields.contains(foreign) && fields.contains(own), "{endpoint:?} {foreign} {own}");
            }
        }
        for name in ["unifiedorder", "orderquery", "closeorder", "refund", "refundquery", "downloadbill", "micropay"] {
            assert!(names.contains(name), "{name}");
        }
    }

    #[test]
    fn the_algorithms_of_the_special_endpoints_are_those_of_the_documents() {
        let signing = |name| Endpoint::parse(name).map(|endpoint| endpoint.rule().signing);
        for name in ["downloadfundflow", "batchquerycomment", "profitsharing", "profitsharingquery"] {
            assert_eq!(signing(name).map(|signing| signing.algorithms), Some(Algorithms::HmacOnly), "{name}");
        }
        for name in ["transfers", "sendredpack", "gettransferinfo", "authcodetoopenid", "getsignkey"] {
            let signing = signing(name).expect(name);
            assert_eq!((signing.algorithms, signing.sign_type_field), (Algorithms::Md5Only, false), "{name}");
        }
        assert_eq!(signing("send_coupon").map(|signing| signing.certainty), Some(Certainty::Unconfirmed));
        assert_eq!(signing("unifiedorder").map(|signing| signing.algorithms), Some(Algorithms::Both));
    }
}
