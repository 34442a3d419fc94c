#include "llm_proxy/config/number_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string_view>

namespace llm_proxy::config {

namespace {

/// `digits` with the decimal point before position `point`, zeros filled in on either side.
std::string positional(std::string_view digits, int point) {
    const int count = static_cast<int>(digits.size());
    if (point <= 0)
        return "0." + std::string(static_cast<std::size_t>(-point), '0').append(digits);
    if (point >= count)
        return std::string(digits).append(static_cast<std::size_t>(point - count), '0') + ".0";
    const auto split = static_cast<std::size_t>(point);
    return std::string(digits.substr(0, split)) + '.' + std::string(digits.substr(split));
}

std::string scientific(std::string_view digits, int exponent) {
    std::string text(digits.substr(0, 1));
    if (digits.size() > 1)
        text.append(1, '.').append(digits.substr(1));
    text += exponent < 0 ? "e-" : "e+";
    const std::string size = std::to_string(std::abs(exponent));
    return text + (size.size() < 2 ? "0" + size : size);
}

} // namespace

std::string python_float(double number) {
    if (std::isnan(number))
        return "nan";
    if (std::isinf(number))
        return number < 0 ? "-inf" : "inf";
    std::array<char, 64> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                       std::abs(number), std::chars_format::scientific);
    const std::string_view text(buffer.data(),
                                static_cast<std::size_t>(written.ptr - buffer.data()));
    const std::size_t mark = text.find('e');
    const int exponent = std::atoi(text.data() + mark + 1);
    std::string digits(text.substr(0, 1));
    if (mark > 2)
        digits += text.substr(2, mark - 2);
    const std::string sign = std::signbit(number) ? "-" : "";
    if (exponent < -4 || exponent >= 16)
        return sign + scientific(digits, exponent);
    return sign + positional(digits, exponent + 1);
}

} // namespace llm_proxy::config
