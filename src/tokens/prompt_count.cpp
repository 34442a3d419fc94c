#include "llm_proxy/tokens/prompt_count.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/tokens/image_size.hpp"
#include "llm_proxy/tokens/python_text.hpp"
#include "llm_proxy/tokens/tool_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace llm_proxy::tokens {

namespace {

using counted = result<std::int64_t>;

constexpr std::int64_t per_message = 3;
constexpr std::int64_t per_name = 1;
constexpr std::int64_t answer_start = 3;
constexpr std::int64_t low_detail_image = 85;

error uncountable(std::string what) {
    error out(400, "invalid_request_error", "Tokens cannot be counted: " + std::move(what) + ".");
    out.param = "messages";
    return out;
}

std::string_view string_of(const document& object, const char* name) {
    const document& value = member(object, name);
    return value.is_string() ? value.get_ref<const std::string&>() : std::string_view();
}

/// Counts one prompt; each kind of content has a function.
class prompt_counter {
public:
    explicit prompt_counter(const encoding& by) : by_(by) {}

    counted message(const document& message) const;
    std::int64_t text(std::string_view value) const {
        return static_cast<std::int64_t>(by_.count(value));
    }

private:
    counted calls(const document& list) const;
    counted parts(const document& list) const;
    counted part(const document& item) const;
    static counted image(const document& of);
    counted attachment(const document& item) const;
    counted file(const document& of) const;
    counted tool_use(const document& item) const;
    std::int64_t search_results(const document& list) const;
    /// What would be `str()` in Python; a missing value is an empty text.
    std::int64_t python(const document& object, const char* name) const {
        return object.contains(name) ? text(python_text(object[name])) : 0;
    }

    const encoding& by_;
};

counted prompt_counter::message(const document& message) const {
    if (!message.is_object()) {
        return uncountable("a message is no object");
    }
    std::int64_t sum = per_message;
    for (const auto& [name, value] : message.items()) {
        counted more = 0;
        if (name == "tool_calls" && !value.is_null()) {
            more = calls(value);
        } else if (name == "function_call" && !value.is_null()) {
            more = value.is_object() ? counted(python(value, "arguments"))
                                     : counted(uncountable("function_call is no object"));
        } else if (value.is_string()) {
            more = text(value.get_ref<const std::string&>()) + (name == "name" ? per_name : 0);
        } else if (name == "content" && value.is_array()) {
            more = parts(value);
        } else if (name == "search_results" && value.is_array()) {
            more = search_results(value);
        }
        if (!more) {
            return more;
        }
        sum += *more;
    }
    return sum;
}

counted prompt_counter::calls(const document& list) const {
    if (!list.is_array()) {
        return uncountable("tool_calls is no list");
    }
    std::int64_t sum = 0;
    for (const document& call : list) {
        const document& function = member(call, "function");
        if (!function.is_object()) {
            return uncountable("a tool call has no function");
        }
        sum += python(function, "arguments");
    }
    return sum;
}

counted prompt_counter::parts(const document& list) const {
    std::int64_t sum = 0;
    for (const document& item : list) {
        const counted more = part(item);
        if (!more) {
            return more;
        }
        sum += *more;
    }
    return sum;
}

counted prompt_counter::part(const document& item) const {
    if (item.is_string()) {
        return text(item.get_ref<const std::string&>());
    }
    const std::string_view type = string_of(item, "type");
    if (type == "text") {
        return python(item, "text");
    }
    if (type == "image_url") {
        return image(member(item, "image_url"));
    }
    if (type == "image") {
        return low_detail_image;
    }
    if (type == "document") {
        return attachment(item);
    }
    if (type == "file") {
        return file(member(item, "file"));
    }
    if (type == "tool_use" || type == "tool_result") {
        return tool_use(item);
    }
    if (type == "thinking" || type == "redacted_thinking") {
        return text(string_of(item, "thinking"));
    }
    if (type == "tool_reference") {
        return text(string_of(item, "tool_name"));
    }
    return uncountable("a content part has an unknown type");
}

counted prompt_counter::image(const document& of) {
    std::string_view url;
    std::string_view detail = "auto";
    if (of.is_string()) {
        url = of.get_ref<const std::string&>();
    } else if (of.is_object()) {
        url = string_of(of, "url");
        detail = of.contains("detail") ? string_of(of, "detail") : detail;
    }
    if (url.empty()) {
        return uncountable("image_url has no url");
    }
    if (detail == "high") {
        return tokens_of_image(size_of_image(url));
    }
    return detail == "low" || detail == "auto" ? counted(low_detail_image)
                                               : counted(uncountable("an image has another detail"
                                                                     " than low, high or auto"));
}

counted prompt_counter::attachment(const document& item) const {
    const document& source = member(item, "source");
    if (!source.is_object()) {
        return uncountable("a document has no source");
    }
    const std::int64_t head = text(string_of(item, "title")) + text(string_of(item, "context"));
    const std::string_view type = string_of(source, "type");
    if (type == "text") {
        return head + text(string_of(source, "data"));
    }
    if (type != "content") {
        return head + low_detail_image;
    }
    const document& content = member(source, "content");
    if (content.is_string()) {
        return head + text(content.get_ref<const std::string&>());
    }
    const counted inner = parts(content);
    return inner ? counted(head + *inner) : inner;
}

counted prompt_counter::file(const document& of) const {
    const std::int64_t name = text(string_of(of, "filename"));
    return string_of(of, "file_data").empty() ? name : name + low_detail_image;
}

/// Anthropic's `tool_use` and `tool_result`: all but ids and flags.
counted prompt_counter::tool_use(const document& item) const {
    std::int64_t sum = 0;
    for (const char* name : {"name", "input", "content", "caller"}) {
        const document& value = member(item, name);
        if (value.is_array()) {
            const counted inner = parts(value);
            if (!inner) {
                return inner;
            }
            sum += *inner;
        } else if (value.is_string() || value.is_object()) {
            sum += text(python_text(value));
        }
    }
    return sum;
}

std::int64_t prompt_counter::search_results(const document& list) const {
    std::string all;
    for (const document& found : list) {
        all.append(string_of(found, "source")).append(string_of(found, "title"));
        const document& content = member(found, "content");
        for (const document& block : content.is_array() ? content : document::array()) {
            all.append(string_of(block, "text"));
        }
        if (const document& citations = member(found, "citations"); !citations.is_null()) {
            all.append(citations.dump(-1, ' ', true, document::error_handler_t::replace));
        }
    }
    return text(all);
}

counted count_choice(const prompt_counter& by, const document& choice) {
    if (choice == "none") {
        return 1;
    }
    if (!choice.is_object()) {
        return 0;
    }
    const document& name = member(member(choice, "function"), "name");
    if (name.is_null()) {
        return uncountable("tool_choice names no function");
    }
    return 7 + by.text(python_text(name));
}

} // namespace

result<std::int64_t> count_prompt(const encoding& by, const document& messages,
                                  const prompt_extras& extras) {
    const prompt_counter counter(by);
    std::int64_t sum = answer_start;
    bool has_system = false;
    for (const document& message : messages) {
        const counted more = counter.message(message);
        if (!more) {
            return more;
        }
        sum += *more;
        has_system = has_system || string_of(message, "role") == "system";
    }
    if (extras.tools != nullptr && extras.tools->is_array() && !extras.tools->empty()) {
        sum += counter.text(tool_text(*extras.tools)) + (has_system ? 5 : 9);
    }
    if (extras.tool_choice != nullptr) {
        const counted more = count_choice(counter, *extras.tool_choice);
        if (!more) {
            return more;
        }
        sum += *more;
    }
    return sum;
}

} // namespace llm_proxy::tokens
