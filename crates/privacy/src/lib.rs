//! Recognisers, grading and masks over plain slices
