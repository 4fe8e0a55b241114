//! Test kit and the one integration-test binary
