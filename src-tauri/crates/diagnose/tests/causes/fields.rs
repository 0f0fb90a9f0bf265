//! The fields of a message as a list, because real code has an order of its own.

pub(crate) type Fields = Vec<(String, String)>;

pub(crate) fn get<'f>(fields: &'f [(String, String)], name: &str) -> Option<&'f str> {
    fields.iter().find(|(named, _)| named == name).map(|(_, value)| value.as_str())
}

/// Replaces the value, or adds the field at the end.
pub(crate) fn put(fields: &mut Fields, name: &str, value: &str) {
    match fields.iter_mut().find(|(named, _)| named == name) {
        Some((_, held)) => value.clone_into(held),
        None => fields.push((name.to_owned(), value.to_owned())),
    }
}

pub(crate) fn remove(fields: &mut Fields, name: &str) {
    fields.retain(|(named, _)| named != name);
}

pub(crate) fn rename(fields: &mut Fields, from: &str, to: &str) {
    for (name, _) in fields {
        if name == from {
            to.clone_into(name);
        }
    }
}
