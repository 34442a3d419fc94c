#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace llm_proxy {

/// A string that must not reach a log, an error or a trace: it has no stream operator, and
/// `masked()` is the only form meant for people.
class secret {
public:
    secret() = default;
    explicit secret(std::string value) : value_(std::move(value)) {}

    /// The clear text, for the one header that needs it.
    const std::string& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }

    /// `sk-...wxyz` for long values, `***` for short ones: at most the last four characters show.
    std::string masked() const;

    friend bool operator==(const secret&, const secret&) = default;

private:
    std::string value_;
};

/// Compares in time that depends on `presented` alone, so that nothing of `expected` can be learnt.
bool constant_time_equal(std::string_view presented, std::string_view expected);

} // namespace llm_proxy
