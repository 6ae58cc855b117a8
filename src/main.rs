//! Two faces of one program: in the browser it mounts the page; elsewhere it is the command line.
fn main() {}
