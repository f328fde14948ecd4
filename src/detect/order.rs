//! Lists that are nearly in order: what is found comes in the order of the text, but for a few.

/// Sorts by a key, and leaves in their order what has the same one: as `sort_by_key` does, at the price of one look at each element
/// and of those that are out of order.
pub(super) fn settle<T: Clone, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    let Some(first) = list.windows(2).position(|two| key(&two[1]) < key(&two[0])) else { return };
    // What has something larger before it is put aside, and everything else moved up.
    let mut late = Vec::new();
    let mut last = first;
    for at in first + 1..list.len() {
        if key(&list[at]) < key(&list[last]) {
            late.push(list[at].clone());
        } else {
            last += 1;
            list.swap(last, at);
        }
    }
    late.sort_by_key(&key);
    // From behind, the larger one of the two; of two with the same key the late one, which came later.
    let mut left = last + 1;
    for at in (0..list.len()).rev() {
        let Some(one) = late.last() else { return };
        if left > 0 && key(&list[left - 1]) > key(one) {
            left -= 1;
            list.swap(at, left);
        } else {
            list[at].clone_from(one);
            late.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::settle;

    proptest! {
        #[test]
        fn sorts_as_the_standard_library_does(keys in proptest::collection::vec(0..12u8, 0..60), steps in proptest::collection::vec(0..9usize, 0..60)) {
            let rising = steps.iter().scan(0, |sum, &step| { *sum += step; Some(if step == 3 { *sum - 7.min(*sum) } else { *sum }) });
            for keys in [keys.iter().map(|&k| usize::from(k)).collect::<Vec<_>>(), rising.collect()] {
                let mut list: Vec<(usize, usize)> = keys.into_iter().zip(0..).collect();
                let mut sorted = list.clone();
                sorted.sort_by_key(|one| one.0);
                settle(&mut list, |one| one.0);
                prop_assert_eq!(list, sorted);
            }
        }
    }
}
