#include "llm_proxy/config/dotenv.hpp"

#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <map>

namespace llm_proxy::config {

namespace {

bool is_key_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("_.-[]").find(c) != std::string_view::npos;
}

/// The escapes of a double-quoted value. `\$` becomes `$$`, so that no variable is put there.
std::string unescape(std::string_view text) {
    static constexpr std::string_view letters = "abfnrtv\"\\";
    static constexpr std::string_view meanings = "\a\b\f\n\r\t\v\"\\";
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const char next = text[++i];
        if (const std::size_t place = letters.find(next); place != letters.npos)
            out += meanings[place];
        else if (next == '$')
            out += "$$";
        else
            out.append(1, '\\').append(1, next);
    }
    return out;
}

class dotenv_parser {
public:
    dotenv_parser(std::string_view text, std::shared_ptr<const std::string> file,
                  const variable_lookup& known, problems& found)
        : rest_(text), file_(std::move(file)), known_(known), found_(found) {}

    std::vector<std::pair<std::string, std::string>> parse() {
        if (rest_.starts_with("\xEF\xBB\xBF"))
            rest_.remove_prefix(3);
        while (!rest_.empty())
            statement();
        return std::move(variables_);
    }

private:
    void statement() {
        skip_blank();
        if (rest_.empty())
            return;
        if (rest_[0] == '\n' || rest_[0] == '#') {
            take_line();
            return;
        }
        if (rest_.starts_with("export ") || rest_.starts_with("export\t")) {
            rest_.remove_prefix(6);
            skip_blank();
        }
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_key_character);
        const std::string key(rest_.begin(), end);
        rest_.remove_prefix(key.size());
        skip_blank();
        assignment(key);
    }

    void assignment(const std::string& key) {
        if (!key.empty() && (rest_.empty() || rest_[0] == '\n')) {
            take_line(); // a name alone passes the environment's value on
            return;
        }
        if (key.empty() || (rest_[0] != '=' && rest_[0] != ':')) {
            fail("a line must be NAME=value");
            take_line();
            return;
        }
        rest_.remove_prefix(1);
        skip_blank();
        const int line = line_;
        if (auto value = take_value(line))
            variables_.emplace_back(key, std::move(*value));
    }

    std::optional<std::string> take_value(int line) {
        const char quote = rest_.empty() ? '\0' : rest_[0];
        if (quote != '"' && quote != '\'')
            return expand(unquoted(), line);
        auto inside = quoted(quote);
        if (!inside || quote == '\'')
            return inside;
        return expand(unescape(*inside), line);
    }

    std::string unquoted() {
        std::string_view value = take_line();
        if (value.starts_with('#'))
            return {};
        value = value.substr(0, std::min(value.find(" #"), value.find("\t#")));
        return std::string(trim(value));
    }

    /// The text up to the closing quote, over several lines. Only quotes lose their backslash here.
    std::optional<std::string> quoted(char quote) {
        std::string value;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == quote) {
                line_ += static_cast<int>(std::count(
                    rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(i), '\n'));
                rest_.remove_prefix(i + 1);
                after_quote();
                return value;
            }
            const bool escapes = rest_[i] == '\\' && i + 1 < rest_.size();
            if (escapes && (rest_[i + 1] == quote || rest_[i + 1] == '\\') && quote == '\'') {
                if (rest_[i + 1] != quote)
                    value += '\\';
                value += rest_[++i];
            } else if (escapes && quote == '"') {
                value += rest_[i];
                value += rest_[++i];
            } else {
                value += rest_[i];
            }
        }
        fail("the quoted value has no end");
        take_line();
        return std::nullopt;
    }

    void after_quote() {
        const std::string_view left = trim(take_line());
        if (!left.empty() && left[0] != '#')
            fail("text follows the quoted value", line_ - 1);
    }

    std::optional<std::string> expand(std::string_view text, int line) {
        const auto lookup = [this](std::string_view name) -> std::optional<std::string> {
            if (auto value = known_(name))
                return value;
            const auto own = std::find_if(variables_.rbegin(), variables_.rend(),
                                          [&](const auto& one) { return one.first == name; });
            return own == variables_.rend() ? std::nullopt : std::optional(own->second);
        };
        std::string fault;
        auto value = expand_variables(text, lookup, fault);
        if (!value)
            fail(std::move(fault), line);
        return value;
    }

    void skip_blank() {
        const std::size_t first = rest_.find_first_not_of(" \t\r\v\f");
        rest_.remove_prefix(std::min(first, rest_.size()));
    }

    std::string_view take_line() {
        const std::size_t end = std::min(rest_.find('\n'), rest_.size());
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        ++line_;
        return line;
    }

    void fail(std::string text) { fail(std::move(text), line_); }
    void fail(std::string text, int line) {
        found_.push_back({severity::error, {file_, line, 1}, {}, std::move(text), {}, false});
    }

    std::string_view rest_;
    std::shared_ptr<const std::string> file_;
    const variable_lookup& known_;
    problems& found_;
    std::vector<std::pair<std::string, std::string>> variables_;
    int line_ = 1;
};

} // namespace

std::vector<std::pair<std::string, std::string>>
parse_dotenv(std::string_view text, std::shared_ptr<const std::string> file,
             const variable_lookup& known, problems& found) {
    return dotenv_parser(text, std::move(file), known, found).parse();
}

} // namespace llm_proxy::config
