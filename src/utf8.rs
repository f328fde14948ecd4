//! Bytes as text, if they are UTF-8: many at a time, by what the processor can do.
//!
//! The crate `simdutf8` looks at 64 bytes at once where there is AVX2, SSE 4.2 or NEON, and leaves the others to the standard library, whose
//! check is quick over ASCII alone.

/// The text that `bytes` are; else how many of them are one.
///
/// ```
/// assert_eq!(dehusk::utf8::text("Grüße".as_bytes()), Ok("Grüße"));
/// assert_eq!(dehusk::utf8::text(b"gr\xfc\xdfe"), Err(2));
/// ```
///
/// # Errors
/// The offset of the first byte that is not UTF-8.
pub fn text(bytes: &[u8]) -> Result<&str, usize> {
    simdutf8::basic::from_utf8(bytes).map_err(|_| valid_up_to(bytes))
}

/// The same of a list of bytes, which becomes the text.
///
/// # Errors
/// The bytes, where they are not UTF-8.
pub fn owned(bytes: Vec<u8>) -> Result<String, Vec<u8>> {
    match simdutf8::basic::from_utf8(&bytes) {
        // SAFETY: that they are UTF-8 has just been seen. The standard library would look again, which takes longer than to fold the text.
        Ok(_) => Ok(unsafe { String::from_utf8_unchecked(bytes) }),
        Err(_) => Err(bytes),
    }
}

#[cold]
fn valid_up_to(bytes: &[u8]) -> usize {
    std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_are_read_as_the_standard_library_reads_them(texts in proptest::collection::vec(".{0,60}", 0..6), breaks in proptest::collection::vec((0usize..400, any::<u8>()), 0..3)) {
            let mut bytes = texts.concat().into_bytes();
            let length = bytes.len().max(1);
            for (at, byte) in breaks {
                if let Some(place) = bytes.get_mut(at % length) {
                    *place = byte;
                }
            }
            let known = std::str::from_utf8(&bytes).map_err(|error| error.valid_up_to());
            prop_assert_eq!(text(&bytes), known);
            prop_assert_eq!(owned(bytes.clone()).map_err(|bytes| bytes.len()), String::from_utf8(bytes).map_err(|error| error.as_bytes().len()));
        }
    }
}
