//! Reading values from what people write, and showing them by locale.
