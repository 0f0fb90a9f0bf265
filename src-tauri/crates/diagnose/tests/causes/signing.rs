//! What a merchant's code does between its fields and a sign, one step after another. A planted mistake replaces a step.

use crate::digest;
use crate::fields::{self, Fields};
use crate::orders::{Algorithm, Kind, Order};

/// What the code hashes: the bytes of the joined text, and the key.
pub(crate) struct Hashing<'h> {
    pub(crate) whole: &'h [u8],
    pub(crate) key: &'h [u8],
}

/// How the sorted fields and the key become one text.
pub(crate) type Join = fn(&[(String, String)], &str) -> String;

/// The code, step by step.
#[derive(Clone)]
pub(crate) struct Signing {
    /// What goes out, without a sign.
    pub(crate) sent: Fields,
    /// What is signed.
    pub(crate) signed: Fields,
    pub(crate) sort: fn(&mut Fields),
    pub(crate) join: Join,
    /// What happens to the joined text before it becomes bytes.
    pub(crate) pass: fn(&str) -> String,
    pub(crate) encode: fn(&str) -> Vec<u8>,
    pub(crate) hash: fn(&Hashing<'_>) -> Vec<u8>,
    pub(crate) write: fn(&[u8]) -> String,
    pub(crate) key: String,
    /// The name of the slot that the key came from, where it is not the one in use.
    pub(crate) slot: Option<&'static str>,
    /// Whether the object that has just been signed is signed again with its sign in it.
    pub(crate) again: bool,
}

/// What came out.
pub(crate) struct Made {
    /// What was hashed, as text before it became bytes; the key is in it.
    pub(crate) text: String,
    /// Whether the bytes are that text in UTF-8.
    pub(crate) is_utf8: bool,
    pub(crate) sign: String,
    /// The sign that went into the text, where the object was signed again.
    pub(crate) first: Option<String>,
}

impl Signing {
    /// Code without a mistake.
    pub(crate) fn right(order: &Order) -> Self {
        Self {
            sent: order.fields.clone(),
            signed: signed_fields(order),
            sort: by_bytes,
            join: with_key,
            pass: str::to_owned,
            encode: |text| text.as_bytes().to_vec(),
            hash: match order.algorithm {
                Algorithm::Md5 => |hashing| digest::md5(hashing.whole),
                Algorithm::Hmac => |hashing| digest::hmac_sha256(hashing.key, hashing.whole),
            },
            write: digest::upper_hex,
            key: order.key.clone(),
            slot: None,
            again: false,
        }
    }

    pub(crate) fn run(&self) -> Made {
        if self.again {
            let mut second = Self { again: false, ..self.clone() };
            let first = second.run().sign;
            fields::put(&mut second.signed, "sign", &first);
            return Made { first: Some(first), ..second.run() };
        }
        let mut list = self.signed.clone();
        (self.sort)(&mut list);
        let text = (self.pass)(&(self.join)(&list, &self.key));
        let whole = (self.encode)(&text);
        let raw = (self.hash)(&Hashing { whole: &whole, key: self.key.as_bytes() });
        Made { is_utf8: whole == text.as_bytes(), text, sign: (self.write)(&raw), first: None }
    }

    /// Changes every signed value.
    pub(crate) fn each(&mut self, change: impl Fn(&str, &str) -> String) {
        for (name, value) in &mut self.signed {
            *value = change(name, value);
        }
    }

    /// Changes one signed value.
    pub(crate) fn one(&mut self, name: &str, change: impl Fn(&str) -> String) {
        self.each(|named, value| if named == name { change(value) } else { value.to_owned() });
    }
}

/// The fields that the protocol has signed: for the two client calls a fixed list, else whatever is filled.
pub(crate) fn signed_fields(order: &Order) -> Fields {
    let mut all = order.fields.clone();
    let names: &[&str] = match order.kind {
        Kind::Jsapi => &["appId", "nonceStr", "package", "signType", "timeStamp"],
        Kind::App => &["appid", "noncestr", "package", "partnerid", "prepayid", "timestamp"],
        _ => {
            all.retain(|(_, value)| !value.is_empty());
            return all;
        }
    };
    if order.kind == Kind::Jsapi {
        fields::rename(&mut all, "timestamp", "timeStamp");
        if let (None, Some(appid)) = (fields::get(&all, "appId"), &order.appid) {
            fields::put(&mut all, "appId", appid);
        }
    }
    all.retain(|(name, value)| names.contains(&name.as_str()) && !value.is_empty());
    all
}

pub(crate) fn by_bytes(list: &mut Fields) {
    list.sort();
}

/// `a=1&b=2`.
pub(crate) fn joined(list: &[(String, String)]) -> String {
    let pairs: Vec<String> = list.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// `a=1&b=2&key=K`.
pub(crate) fn with_key(list: &[(String, String)], key: &str) -> String {
    format!("{}&key={key}", joined(list))
}
