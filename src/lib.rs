//! The playground: labs, the stage that shows them, and the command line. Nothing here is a stable interface.
