use proptest::prelude::*;

use super::*;

fn read(bytes: &[u8]) -> Vec<(u64, Option<RowFault>, Vec<Vec<u8>>)> {
    let mut rows = TextRows::new(bytes, Charset::Undecided, b',', b'\n');
    let mut read = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        read.push((row.line, row.fault, (0..row.len()).map(|place| row.raw(place).to_vec()).collect()));
    }
    read
}

#[test]
fn a_stray_quote_costs_its_own_line_and_no_other() {
    let rows = read(b"a,b\n1,\"open,2\n3,\"x\",4\n5,\"never closed\n6,7\n");
    let faults: Vec<_> = rows.iter().map(|(line, fault, _)| (*line, *fault)).collect();
    let broken = Some(RowFault::Quote);
    assert_eq!(faults, [(1, None), (2, broken), (3, None), (4, broken), (5, None)]);
    assert_eq!(rows[1].2, [b"1".to_vec(), b"\"open".to_vec(), b"2".to_vec()]);
}

#[test]
fn a_row_beyond_all_measure_is_refused_and_the_next_is_read() {
    let mut bytes = b"a,b\n".to_vec();
    bytes.extend(std::iter::repeat_n(b'x', 3 * ROW_BYTES_MAX));
    bytes.extend_from_slice(b"\n\"");
    bytes.extend(std::iter::repeat_n(b'y', 2 * ROW_BYTES_MAX));
    bytes.extend_from_slice(b"\nc,d");
    let rows = read(&bytes);
    assert_eq!(rows[1].1, Some(RowFault::TooLong));
    assert_eq!(rows[2].1, Some(RowFault::TooLong));
    assert_eq!(rows[3], (4, None, vec![b"c".to_vec(), b"d".to_vec()]));
}

#[test]
fn a_row_of_too_many_cells_is_marked() {
    let rows = read(&[b",".repeat(CELLS_MAX), b"\n1\n".to_vec()].concat());
    assert_eq!((rows[0].1, rows[1].1), (Some(RowFault::TooManyCells), None));
}

#[test]
fn quotes_inside_a_cell_are_text_and_lines_inside_quotes_are_counted() {
    let rows = read(b"a\"b\",\"c\n\"\"d\"\"\" \r\ne");
    assert_eq!(rows[0].2, [b"a\"b\"".to_vec(), b"c\n\"d\"".to_vec()]);
    assert_eq!(rows[1].0, 3);
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9]{0,12}", "[ab,\"\n;\t 商户]{0,8}", "商户[\"订单]{0,3}"]
}

proptest! {
    #[test]
    fn what_a_writer_of_csv_wrote_is_read_cell_by_cell(rows in prop::collection::vec(prop::collection::vec(cell(), 2..6), 1..30)) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let read: Vec<Vec<Vec<u8>>> = read(&bytes).into_iter().map(|(_, fault, cells)| { assert_eq!(fault, None); cells }).collect();
        let expected: Vec<Vec<Vec<u8>>> = rows.into_iter().map(|row| row.into_iter().map(String::into_bytes).collect()).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn no_line_of_any_bytes_is_lost(bytes in prop::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..300)) {
        let mut rows = TextRows::new(bytes.as_slice(), Charset::Undecided, b',', b'\n');
        let (mut last, mut kept) = (0, Vec::new());
        while let Some(row) = rows.next().unwrap() {
            prop_assert!(row.line > last);
            last = row.line;
            kept.extend(row.bytes.iter().copied().filter(u8::is_ascii_alphanumeric));
        }
        let lines = memchr::memchr_iter(b'\n', &bytes).count() as u64;
        prop_assert!(last <= lines + 1);
        let all: Vec<u8> = bytes.into_iter().filter(u8::is_ascii_alphanumeric).collect();
        prop_assert_eq!(kept, all);
    }
}
