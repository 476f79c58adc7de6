//! Reading the fields of one frame, with an error that names the field.
//!
//! A field that is `null` counts as absent. What the visitor wrote never stands in a message.

use serde_json::Map;
use serde_json::Value;

use crate::conversation::tags;
use crate::ids::ConversationId;
use crate::ids::FrameId;
use crate::ids::MAX_ID_CHARS;
use crate::ids::Seq;
use crate::ids::is_wire_id;
use crate::protocol::FrameError;
use crate::protocol::Limits;
use crate::protocol::Secret;
use crate::protocol::code::Code;

/// The largest number that every JSON reader keeps exactly.
const MAX_SEQ: u64 = (1 << 53) - 1;

/// Longer tokens than the server or a bank's site would sign are not looked at.
const MAX_SECRET_BYTES: usize = 8_192;

/// The fields of one frame beside its `type`.
pub(crate) struct Fields<'l> {
    map: Map<String, Value>,
    limits: &'l Limits,
    id: Option<FrameId>,
}

impl<'l> Fields<'l> {
    /// Reads a frame as far as its `type`, which comes first in the answer.
    pub(crate) fn of(text: &str, limits: &'l Limits) -> Result<(String, Self), FrameError> {
        let bad = |message: &str| FrameError::new(Code::BadFrame, message);
        let value = serde_json::from_str(text).map_err(|_| bad("the frame is not JSON"))?;
        let Value::Object(mut map) = value else {
            return Err(bad("the frame is not a JSON object"));
        };
        let id = map.get("id").and_then(Value::as_str).filter(|id| is_wire_id(id));
        let id = id.map(FrameId::new);
        match map.remove("type") {
            Some(Value::String(kind)) => Ok((kind, Self { map, limits, id })),
            _ => Err(FrameError { id, ..bad("the frame has no string `type`") }),
        }
    }

    /// The error of a `type` that this side of the protocol does not have.
    pub(crate) fn unknown_type(&self, kind: &str) -> FrameError {
        let message = if is_wire_id(kind) {
            format!("the type `{kind}` is not known")
        } else {
            "the type is not known".to_owned()
        };
        FrameError { code: Code::UnknownType, message, id: self.id.clone() }
    }

    fn bad(&self, field: &str, problem: &str) -> FrameError {
        let message = format!("`{field}` {problem}");
        FrameError { code: Code::BadField, message, id: self.id.clone() }
    }

    fn take(&mut self, field: &str) -> Option<Value> {
        self.map.get_mut(field).map(Value::take).filter(|value| !value.is_null())
    }

    fn required<T>(&self, field: &str, value: Option<T>) -> Result<T, FrameError> {
        value.ok_or_else(|| self.bad(field, "is missing"))
    }

    pub(crate) fn string(&mut self, field: &str) -> Result<Option<String>, FrameError> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.bad(field, "must be a string")),
        }
    }

    /// The id that the client gave this frame; required wherever it is asked for.
    pub(crate) fn frame_id(&self) -> Result<FrameId, FrameError> {
        match (&self.id, self.map.get("id")) {
            (Some(id), _) => Ok(id.clone()),
            (None, None | Some(Value::Null)) => Err(self.bad("id", "is missing")),
            (None, Some(_)) => Err(self.bad("id", &id_rule())),
        }
    }

    /// Any other id, if there is one.
    pub(crate) fn id(&mut self, field: &str) -> Result<Option<String>, FrameError> {
        let id = self.string(field)?;
        match id {
            Some(id) if !is_wire_id(&id) => Err(self.bad(field, &id_rule())),
            id => Ok(id),
        }
    }

    /// The conversation that the frame is about.
    pub(crate) fn conversation(&mut self) -> Result<ConversationId, FrameError> {
        let id = self.id("conversation")?;
        self.required("conversation", id).map(|id| ConversationId::new(&id))
    }

    /// A list of ids; absent is empty.
    pub(crate) fn ids(&mut self, field: &str, most: usize) -> Result<Vec<String>, FrameError> {
        let ids = self.strings(field, most)?;
        if ids.iter().all(|id| is_wire_id(id)) {
            Ok(ids)
        } else {
            Err(self.bad(field, "holds something that is not an id"))
        }
    }

    /// A list of strings; absent is empty.
    pub(crate) fn strings(&mut self, field: &str, most: usize) -> Result<Vec<String>, FrameError> {
        let problem = "must be a list of strings";
        let items = match self.take(field) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(self.bad(field, problem)),
        };
        if items.len() > most {
            return Err(self.bad(field, &format!("has more than {most} items")));
        }
        let strings = items.into_iter().map(|item| match item {
            Value::String(text) => Some(text),
            _ => None,
        });
        strings.collect::<Option<Vec<_>>>().ok_or_else(|| self.bad(field, problem))
    }

    /// Yes or no; absent is no.
    pub(crate) fn flag(&mut self, field: &str) -> Result<bool, FrameError> {
        match self.take(field) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(self.bad(field, "must be true or false")),
        }
    }

    /// A conversation's tags, in the form in which they are kept.
    pub(crate) fn tags(&mut self) -> Result<Vec<String>, FrameError> {
        let tags = self.strings("tags", tags::MOST)?;
        let rule = || {
            let (most, longest) = (tags::MOST, tags::LONGEST);
            format!("must be at most {most} of 1 to {longest} letters, digits, spaces, - or _")
        };
        tags::tidy(&tags).ok_or_else(|| self.bad("tags", &rule()))
    }

    /// A whole number in a range, if there is one.
    pub(crate) fn number(
        &mut self,
        field: &str,
        least: u64,
        most: u64,
    ) -> Result<Option<u64>, FrameError> {
        let Some(value) = self.take(field) else { return Ok(None) };
        match value.as_u64().filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(self.bad(field, &format!("must be a whole number from {least} to {most}"))),
        }
    }

    /// A required whole number in a small range.
    pub(crate) fn small(&mut self, field: &str, least: u8, most: u8) -> Result<u8, FrameError> {
        let number = self.number(field, least.into(), most.into())?;
        let number = self.required(field, number)?;
        Ok(u8::try_from(number).expect("the range was checked"))
    }

    /// The place of an event; `read` and `choice` need one.
    pub(crate) fn seq(&mut self) -> Result<Seq, FrameError> {
        let seq = self.number("seq", 1, MAX_SEQ)?;
        self.required("seq", seq).map(Seq)
    }

    /// The last event that the client holds; 0 is none.
    pub(crate) fn after(&mut self) -> Result<Option<Seq>, FrameError> {
        Ok(self.number("after", 0, MAX_SEQ)?.map(Seq))
    }

    /// A token, if there is one.
    pub(crate) fn secret(&mut self, field: &str) -> Result<Option<Secret>, FrameError> {
        match self.string(field)? {
            Some(token) if token.is_empty() || token.len() > MAX_SECRET_BYTES => {
                Err(self.bad(field, "is empty or too long"))
            }
            token => Ok(token.map(Secret::new)),
        }
    }

    /// What a person wrote: required, cleaned, not empty, not too long.
    pub(crate) fn text(&mut self) -> Result<String, FrameError> {
        let text = self.string("text")?;
        let text = self.required("text", text)?;
        let text = self.bounded("text", &text)?;
        if is_blank(&text) { Err(self.bad("text", "is empty")) } else { Ok(text) }
    }

    /// What a person may have added; an empty one counts as absent.
    pub(crate) fn remark(&mut self, field: &str) -> Result<Option<String>, FrameError> {
        let Some(text) = self.string(field)? else { return Ok(None) };
        Ok(Some(self.bounded(field, &text)?).filter(|text| !is_blank(text)))
    }

    fn bounded(&self, field: &str, text: &str) -> Result<String, FrameError> {
        let text = without_controls(text);
        let most = self.limits.text_chars;
        // Bytes are counted first: they bound the characters, and cost nothing.
        let fits = text.len() <= most as usize || text.chars().count() <= most as usize;
        if fits {
            return Ok(text);
        }
        let message = format!("`{field}` has more than {most} characters");
        Err(FrameError { code: Code::TooLong, message, id: self.id.clone() })
    }

    /// A required value that a rule reads from a string.
    pub(crate) fn one_of<T>(
        &mut self,
        field: &str,
        rule: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, FrameError> {
        let text = self.string(field)?;
        let text = self.required(field, text)?;
        read(&text).ok_or_else(|| self.bad(field, rule))
    }

    /// The value of a quick reply: any string that can have been offered.
    pub(crate) fn value(&mut self) -> Result<String, FrameError> {
        let value = self.string("value")?;
        let value = self.required("value", value)?;
        self.bounded("value", &value)
    }

    /// One of two fields, and not both: `true` in the answer means the first.
    pub(crate) fn either(
        &mut self,
        first: &str,
        second: &str,
    ) -> Result<(bool, String), FrameError> {
        match (self.id(first)?, self.id(second)?) {
            (Some(id), None) => Ok((true, id)),
            (None, Some(id)) => Ok((false, id)),
            (None, None) => Err(self.bad(first, &format!("or `{second}` is missing"))),
            (Some(_), Some(_)) => Err(self.bad(first, &format!("and `{second}` exclude another"))),
        }
    }

    /// The short strings of an object, cut rather than refused: they only describe.
    pub(crate) fn described<const N: usize>(
        &mut self,
        field: &str,
        keys: [(&str, usize); N],
    ) -> Result<Option<[Option<String>; N]>, FrameError> {
        let mut object = match self.take(field) {
            None => return Ok(None),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(self.bad(field, "must be an object")),
        };
        let mut values = [const { None }; N];
        for (value, (key, most)) in values.iter_mut().zip(keys) {
            *value = match object.get_mut(key).map(Value::take) {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(one_line(&text, most)),
                Some(_) => return Err(self.bad(&format!("{field}.{key}"), "must be a string")),
            };
        }
        Ok(Some(values))
    }
}

fn id_rule() -> String {
    format!("must be 1 to {MAX_ID_CHARS} characters from [A-Za-z0-9_-]")
}

/// Control characters do nothing good in a chat bubble, a log or a terminal; however a line ends,
/// it ends.
fn without_controls(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|char| !char.is_control() || matches!(char, '\n' | '\t'))
        .collect()
}

fn one_line(text: &str, most: usize) -> String {
    text.chars().filter(|char| !char.is_control()).take(most).collect()
}

/// Whether nobody would see anything: spaces and characters without a shape.
fn is_blank(text: &str) -> bool {
    text.chars().all(|char| {
        char.is_whitespace()
            || matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(char, '\u{2060}'..='\u{206f}' | '\u{feff}')
    })
}
