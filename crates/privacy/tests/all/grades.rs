//! GB/T 43697-2024: order, combination and suggestion.

use privacy::grade::{Grade, combine, suggest};
use privacy::recognise::{Kind, Profile};

#[test]
fn core_outranks_important_outranks_every_level_of_general() {
    assert!(Grade::ALL.is_sorted());
    assert!(Grade::Core > Grade::Important && Grade::Important > Grade::General4);
    for grade in Grade::ALL {
        assert_eq!(grade.as_str().parse(), Ok(grade));
        assert_eq!(serde_json::to_value(grade).unwrap(), grade.as_str());
    }
}

/// 就高从严, and a set with nothing graded is not "level 1".
#[test]
fn a_whole_takes_the_highest_grade_of_its_parts() {
    assert_eq!(combine([Grade::General1, Grade::Important, Grade::General4]), Some(Grade::Important));
    assert_eq!(combine([]), None);
}

#[test]
fn a_column_is_graded_by_what_its_values_are() {
    let of = |values: &[&str]| suggest(&values.iter().copied().collect::<Profile>(), 100).map(|s| s.grade);
    assert_eq!(of(&["310104194910010016", "未知"]), Some(Grade::General4));
    assert_eq!(of(&["13800000000", "021-60000000"]), Some(Grade::General3));
    assert_eq!(of(&["91310101MA1TE5T0XR"]), Some(Grade::General1));
    assert_eq!(of(&["晴", "雨"]), None);
    assert_eq!(of(&[]), None);
}

/// One accidental hit among a thousand codes must not lock a column away, and the reason is told.
#[test]
fn a_stray_hit_below_the_share_does_not_raise_a_column() {
    let mut values = vec!["普通代码"; 999];
    values.push("13800000000");
    let profile: Profile = values.into_iter().collect();
    assert_eq!(suggest(&profile, 2), None);
    let suggestion = suggest(&profile, 1).unwrap();
    assert_eq!(suggestion.because, [(Kind::Mobile, 1)]);
    assert_eq!(profile.count(Kind::Mobile), 1);
}
