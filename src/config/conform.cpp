#include "llm_proxy/config/section_reader.hpp"
#include "llm_proxy/util/strings.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace llm_proxy::config {

namespace {

constexpr double largest_exact = 9007199254740992.0; // 2^53

std::optional<bool> boolean_of(const value& item) {
    if (const auto* flag = std::get_if<bool>(&item.data))
        return *flag;
    const auto* whole = std::get_if<std::int64_t>(&item.data);
    if (whole != nullptr && (*whole == 0 || *whole == 1))
        return *whole == 1;
    const auto* text = std::get_if<std::string>(&item.data);
    if (text == nullptr)
        return std::nullopt;
    for (const char* word : {"true", "1", "yes", "on", "y", "t"})
        if (iequals(trim(*text), word))
            return true;
    for (const char* word : {"false", "0", "no", "off", "n", "f"})
        if (iequals(trim(*text), word))
            return false;
    return std::nullopt;
}

std::optional<double> number_of(const value& item) {
    if (const auto* whole = std::get_if<std::int64_t>(&item.data))
        return static_cast<double>(*whole);
    if (const auto* number = std::get_if<double>(&item.data))
        return std::isfinite(*number) ? std::optional(*number) : std::nullopt;
    const auto* text = std::get_if<std::string>(&item.data);
    if (text == nullptr)
        return std::nullopt;
    std::string_view digits = trim(*text);
    if (digits.starts_with('+'))
        digits.remove_prefix(1);
    double number = 0;
    const auto [end, fault] = std::from_chars(digits.begin(), digits.end(), number);
    const bool read = fault == std::errc{} && end == digits.end() && std::isfinite(number);
    return read ? std::optional(number) : std::nullopt;
}

/// Whole numbers stay whole, so that they are written without a point.
void store(value& item, double number) {
    if (std::trunc(number) == number && std::abs(number) <= largest_exact &&
        !std::holds_alternative<double>(item.data))
        item.data = static_cast<std::int64_t>(number);
    else
        item.data = number;
}

fit conform_integer(value& item, double least) {
    const auto number = number_of(item);
    if (!number || std::trunc(*number) != *number)
        return fit::wrong_type;
    if (std::abs(*number) > largest_exact || *number < least)
        return fit::out_of_range;
    item.data = static_cast<std::int64_t>(*number);
    return fit::good;
}

fit conform_number(value& item, value_kind kind) {
    const auto number = number_of(item);
    if (!number)
        return fit::wrong_type;
    const bool positive = kind == value_kind::positive_number || kind == value_kind::seconds;
    if ((positive && *number <= 0) || (kind == value_kind::non_negative && *number < 0))
        return fit::out_of_range;
    store(item, *number);
    return fit::good;
}

fit conform_text(value& item) {
    // `true` in the environment has become a boolean, though it was text.
    if (std::holds_alternative<bool>(item.data) && !item.from_environment.empty())
        item.data = std::string(std::get<bool>(item.data) ? "true" : "false");
    return item.is_string() ? fit::good : fit::wrong_type;
}

fit conform_boolean(value& item) {
    const auto flag = boolean_of(item);
    if (!flag)
        return fit::wrong_type;
    item.data = *flag;
    return fit::good;
}

} // namespace

fit conform(value& item, value_kind kind) {
    switch (kind) {
    case value_kind::any:
        return fit::good;
    case value_kind::boolean:
        return conform_boolean(item);
    case value_kind::text:
        return conform_text(item);
    case value_kind::integer:
        return conform_integer(item, -largest_exact);
    case value_kind::count:
        return conform_integer(item, 0);
    case value_kind::positive_integer:
        return conform_integer(item, 1);
    case value_kind::number:
    case value_kind::positive_number:
    case value_kind::non_negative:
    case value_kind::seconds:
        return conform_number(item, kind);
    case value_kind::sequence:
        return item.is_list() ? fit::good : fit::wrong_type;
    case value_kind::mapping:
        return item.is_map() ? fit::good : fit::wrong_type;
    }
    return fit::wrong_type;
}

} // namespace llm_proxy::config
