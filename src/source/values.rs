//! Finds where JSON values end that come one after the other or in a list, though the file comes in blocks.

/// Where in the file we are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Value {
    state: State,
    depth: usize,
    /// The list around all values was opened.
    listed: bool,
    /// A block ended between two values: what is found next must not be joined to that.
    between: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum State {
    /// Between values: blanks, commas, the marks of the list around them.
    #[default]
    Between,
    /// In a number or a word.
    Word,
    /// In a string that is a value.
    Text,
    TextEscape,
    /// In an object or a list.
    Nested,
    NestedText,
    NestedEscape,
    /// Behind a value.
    Ended,
}

impl Value {
    /// Takes the bytes up to the end of what it is in: a value, or what lies between two values. Tells how many bytes that
    /// is, and whether it has ended.
    pub fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        // What lies between values ends where a value begins.
        if self.state == State::Between {
            while at < bytes.len() {
                match bytes[at] {
                    b'[' if !self.listed => self.listed = true,
                    b',' | b']' | 0xef | 0xbb | 0xbf => {}
                    byte if byte.is_ascii_whitespace() => {}
                    _ => break,
                }
                at += 1;
            }
            if at > 0 {
                self.between = at == bytes.len();
                return (at, !self.between);
            }
            if std::mem::take(&mut self.between) {
                return (0, true);
            }
            self.begin(bytes[0]);
            at = 1;
        }
        while at < bytes.len() && self.state != State::Ended {
            let byte = bytes[at];
            match self.state {
                State::Word if byte.is_ascii_whitespace() || matches!(byte, b',' | b']') => {
                    self.state = State::Ended;
                    return (at, true);
                }
                State::Word => {}
                State::Text | State::NestedText => match memchr::memchr2(b'"', b'\\', &bytes[at..]) {
                    Some(found) => {
                        at += found;
                        self.in_text(bytes[at]);
                    }
                    None => return (bytes.len(), false),
                },
                State::TextEscape => self.state = State::Text,
                State::NestedEscape => self.state = State::NestedText,
                State::Nested => match byte {
                    b'"' => self.state = State::NestedText,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth -= 1;
                        if self.depth == 0 {
                            self.state = State::Ended;
                        }
                    }
                    _ => {}
                },
                State::Between | State::Ended => {}
            }
            at += 1;
        }
        (at, self.state == State::Ended)
    }

    fn begin(&mut self, byte: u8) {
        self.depth = 0;
        self.state = match byte {
            b'"' => State::Text,
            b'{' | b'[' => {
                self.depth = 1;
                State::Nested
            }
            _ => State::Word,
        };
    }

    fn in_text(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (State::Text, b'"') => State::Ended,
            (State::Text, _) => State::TextEscape,
            (_, b'"') => State::Nested,
            _ => State::NestedEscape,
        };
    }

    /// True for a value, false for what lies between.
    pub fn is_record(&self) -> bool {
        self.state != State::Between
    }

    /// True behind a value.
    pub fn ended(&self) -> bool {
        self.state == State::Ended
    }

    /// Goes on behind a value.
    pub fn next(&mut self) {
        self.state = State::Between;
        self.between = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, step: usize) -> Vec<String> {
        let mut value = Value::default();
        let mut records = Vec::new();
        let mut record = String::new();
        for block in text.as_bytes().chunks(step) {
            let mut at = 0;
            while at < block.len() {
                let (used, _) = value.take(&block[at..]);
                if value.is_record() {
                    record.push_str(std::str::from_utf8(&block[at..at + used]).unwrap());
                }
                at += used;
                if value.ended() {
                    records.push(std::mem::take(&mut record));
                    value.next();
                }
            }
        }
        if !record.is_empty() {
            records.push(record);
        }
        records
    }

    #[test]
    fn values_are_found_in_any_layout() {
        let list = "[ {\"a\": \"}]\\\"\"},\n[1, [2]] , \"s,\\\"\", 12,null]\n";
        let many = "{\"a\":\n 1}\n\n{\"b\":[]}{\"c\":2} 7";
        for step in [1, 2, 3, 7, 100] {
            assert_eq!(split(list, step), ["{\"a\": \"}]\\\"\"}", "[1, [2]]", "\"s,\\\"\"", "12", "null"], "{step}");
            assert_eq!(split(many, step), ["{\"a\":\n 1}", "{\"b\":[]}", "{\"c\":2}", "7"], "{step}");
        }
    }
}
