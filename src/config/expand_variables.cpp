#include "llm_proxy/config/dotenv.hpp"

namespace llm_proxy::config {

namespace {

constexpr int max_depth = 20; // of defaults within defaults

bool is_name_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view take_name(std::string_view& rest) {
    std::size_t length = 0;
    if (!rest.empty() && (rest[0] < '0' || rest[0] > '9'))
        while (length < rest.size() && is_name_character(rest[length]))
            ++length;
    const std::string_view name = rest.substr(0, length);
    rest.remove_prefix(length);
    return name;
}

/// The place of the brace that closes `${`, whose inside `text` starts with; npos without one.
std::size_t closing_brace(std::string_view text) {
    int depth = 1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{' && i > 0 && text[i - 1] == '$')
            ++depth;
        if (text[i] == '}' && --depth == 0)
            return i;
    }
    return text.npos;
}

class expander {
public:
    expander(const variable_lookup& known, std::string& fault) : known_(known), fault_(fault) {}

    std::optional<std::string> expand(std::string_view text, int depth) {
        std::string out;
        while (true) {
            const std::size_t dollar = text.find('$');
            out += text.substr(0, dollar);
            if (dollar == text.npos)
                return out;
            text.remove_prefix(dollar + 1);
            const auto value = after_dollar(text, depth);
            if (!value)
                return std::nullopt;
            out += *value;
        }
    }

private:
    /// What the text after a dollar sign stands for; takes it off `rest`.
    std::optional<std::string> after_dollar(std::string_view& rest, int depth) {
        if (rest.starts_with('$')) {
            rest.remove_prefix(1);
            return "$";
        }
        if (rest.starts_with('{')) {
            rest.remove_prefix(1);
            const std::size_t end = closing_brace(rest);
            if (end == rest.npos || depth >= max_depth)
                return fail("`${` without a closing brace");
            const std::string_view inside = rest.substr(0, end);
            rest.remove_prefix(end + 1);
            return braced(inside, depth);
        }
        const std::string_view name = take_name(rest);
        return name.empty() ? "$" : known_(name).value_or("");
    }

    std::optional<std::string> braced(std::string_view inside, int depth) {
        const std::string_view name = take_name(inside);
        if (name.empty())
            return fail("`${` without a variable's name");
        auto value = known_(name);
        if (inside.empty())
            return value.value_or("");
        const bool or_empty = inside.starts_with(':'); // the empty value counts as unset
        inside.remove_prefix(or_empty ? 1 : 0);
        if (or_empty && value && value->empty())
            value.reset();
        const char mode = inside.empty() ? '\0' : inside[0];
        if (mode == '-')
            return value ? value : expand(inside.substr(1), depth + 1);
        if (mode == '+')
            return value ? expand(inside.substr(1), depth + 1) : "";
        if (mode != '?')
            return fail("`${" + std::string(name) + "` is followed by no known operator");
        return value ? value : fail("variable " + std::string(name) + " is required and not set");
    }

    std::nullopt_t fail(std::string text) {
        fault_ = std::move(text);
        return std::nullopt;
    }

    const variable_lookup& known_;
    std::string& fault_;
};

} // namespace

std::optional<std::string> expand_variables(std::string_view text, const variable_lookup& known,
                                            std::string& fault) {
    return expander(known, fault).expand(text, 0);
}

} // namespace llm_proxy::config
