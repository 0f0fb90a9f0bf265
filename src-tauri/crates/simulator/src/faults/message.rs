//! A signed message that is changed in place: the layout stays, and the sign is made anew where the fault wants a good one.

use axum::body::Bytes;
use wxpay_protocol::{Secret, SignType, sign, xml};

/// A flat XML message with its fields beside its text. Values that no reader would accept may be put in.
pub(crate) struct Message {
    text: String,
    fields: Vec<(String, String)>,
}

impl Message {
    /// Nothing where the bytes are no flat XML.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let params = xml::read(bytes, "xml").ok()?;
        let fields = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Some(Self { text: String::from_utf8(bytes.to_vec()).ok()?, fields })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.fields.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Gives a field another value; a new one stands before the end.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let Some(known) = self.fields.iter_mut().find(|(known, _)| known == name) else {
            self.fields.push((name.to_owned(), value.to_owned()));
            let place = self.text.rfind("</xml>").unwrap_or(self.text.len());
            self.text.insert_str(place, &element(name, value));
            return;
        };
        value.clone_into(&mut known.1);
        if let Some((start, end)) = self.place(name) {
            self.text.replace_range(start..end, &element(name, value));
        }
    }

    /// Takes a field out.
    pub(crate) fn remove(&mut self, name: &str) {
        self.fields.retain(|(known, _)| known != name);
        if let Some((start, end)) = self.place(name) {
            self.text.replace_range(start..end, "");
        }
    }

    /// Where the element stands, with the end of its line.
    fn place(&self, name: &str) -> Option<(usize, usize)> {
        let (opening, closing) = (format!("<{name}>"), format!("</{name}>"));
        let start = self.text.find(&opening)?;
        let end = start + self.text.get(start..)?.find(&closing)? + closing.len();
        let newline = usize::from(self.text.get(end..)?.starts_with('\n'));
        Some((start, end + newline))
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The bytes, signed over what stands there now.
    pub(crate) fn signed(mut self, key: &Secret, sign_type: SignType) -> Bytes {
        let mut kept: Vec<&(String, String)> =
            self.fields.iter().filter(|(name, value)| name != "sign" && !value.is_empty()).collect();
        kept.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let joined: Vec<String> = kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let sign = sign::sign_text(&joined.join("&"), key, sign_type);
        self.set("sign", &sign);
        Bytes::from(self.text)
    }
}

fn element(name: &str, value: &str) -> String {
    if xml::is_amount(name) {
        return format!("<{name}>{value}</{name}>\n");
    }
    format!("<{name}><![CDATA[{}]]></{name}>\n", value.replace("]]>", "]]]]><![CDATA[>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "<xml><a><![CDATA[1]]></a>\n<total_fee>101</total_fee>\n<sign><![CDATA[x]]></sign>\n</xml>";

    fn key() -> Secret {
        Secret::new(b"0123456789abcdef0123456789ABCDEF".to_vec())
    }

    #[test]
    fn a_changed_message_keeps_its_layout_and_has_a_good_sign() {
        let mut message = Message::read(TEXT.as_bytes()).unwrap();
        message.set("total_fee", "1.00");
        message.set("b", "]]> & 值");
        message.remove("a");
        let signed = message.signed(&key(), SignType::HmacSha256);
        let text = std::str::from_utf8(&signed).unwrap();
        assert!(text.starts_with("<xml><total_fee>1.00</total_fee>\n<sign><![CDATA["), "{text}");
        assert!(text.ends_with("</b>\n</xml>"), "{text}");
        let params = xml::read(&signed, "xml").unwrap();
        assert_eq!(params.get("b"), Some("]]> & 值"));
        assert_eq!(params.get("a"), None);
        sign::verify(&params, &key(), SignType::HmacSha256).unwrap();
    }

    #[test]
    fn a_message_without_a_sign_is_given_one() {
        let message = Message::read(b"<xml><a>1</a></xml>").unwrap();
        let params = xml::read(&message.signed(&key(), SignType::Md5), "xml").unwrap();
        sign::verify(&params, &key(), SignType::Md5).unwrap();
    }
}
