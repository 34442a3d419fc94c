#include "llm_proxy/server/call_parser.hpp"

#include "llm_proxy/providers/form_rules.hpp"
#include "llm_proxy/providers/request_rules.hpp"
#include "llm_proxy/util/strings.hpp"

#include <algorithm>
#include <array>

namespace llm_proxy::server {

namespace {

error bad_request(std::string message, std::string_view param = {}) {
    error out(400, "invalid_request_error", std::move(message));
    if (!param.empty()) {
        out.param = std::string(param);
    }
    return out;
}

error invalid_json(const json::scan_error& wrong) {
    return bad_request("Invalid JSON payload: " + std::string(wrong.what) + ": line " +
                           std::to_string(wrong.line) + " column " + std::to_string(wrong.column) +
                           " (char " + std::to_string(wrong.offset) + ")",
                       "request_body");
}

error missing_parameter(model::call_type type) {
    const auto& traits = model::traits_of(type);
    return bad_request(std::string(traits.path) + ": Missing required parameter: '" +
                           std::string(traits.required) + "'.",
                       traits.required);
}

std::optional<double> positive(std::string_view text) {
    const auto value = read_number(text);
    return value && *value > 0 ? value : std::nullopt;
}

/// Looks members of a body up.
class body_reader {
public:
    body_reader(std::string_view body, const std::vector<json::member>& members)
        : body_(body), members_(members) {}

    const json::member* find(std::string_view name) const {
        const auto* item = json::find(body_, members_, name);
        return item != nullptr && item->type != json::kind::null ? item : nullptr;
    }
    std::string_view text(const json::member& item) const { return json::value_of(body_, item); }
    bool is_true(std::string_view name) const {
        const auto* item = find(name);
        return item != nullptr && text(*item) == "true";
    }
    std::optional<double> number(std::string_view name) const {
        const auto* item = find(name);
        return item == nullptr ? std::nullopt : positive(text(*item));
    }

    /// Whether some member's name begins so.
    bool has_prefix(std::string_view start) const {
        return std::any_of(members_.begin(), members_.end(), [&](const json::member& item) {
            return item.key_escaped || body_.substr(item.key_begin).starts_with(start);
        });
    }

private:
    std::string_view body_;
    const std::vector<json::member>& members_;
};

struct named_mock {
    std::string_view name;
    mock_failure failure;
};

constexpr std::array mocks{
    named_mock{"mock_testing_fallbacks", mock_failure::fallbacks},
    named_mock{"mock_testing_context_fallbacks", mock_failure::context_fallbacks},
    named_mock{"mock_testing_content_policy_fallbacks", mock_failure::content_policy_fallbacks},
    named_mock{"mock_testing_rate_limit_error", mock_failure::rate_limit_error},
    named_mock{"mock_timeout", mock_failure::timeout},
};

result<void> read_mocks(const body_reader& reader, const call_rules& rules, parsed_call& out) {
    if (!reader.has_prefix("mock_")) {
        return {};
    }
    for (const named_mock& one : mocks) {
        if (reader.find(one.name) == nullptr) {
            continue;
        }
        if (!rules.allow_mock) {
            return bad_request("Mock testing request params are disabled on this proxy: " +
                               std::string(one.name) + ".");
        }
        if (reader.is_true(one.name) && out.mock == mock_failure::none) {
            out.mock = one.failure;
        }
    }
    const auto* mock = reader.find("mock_response");
    if (rules.allow_mock && mock != nullptr && mock->type == json::kind::string) {
        out.mock_response = json::unescape(reader.text(*mock));
    }
    return {};
}

constexpr std::size_t most_tags = 100;

void add_tags(std::string_view list, std::vector<std::string>& out) {
    std::vector<json::member> items;
    json::scan_valid(list, items);
    for (const auto& item : items) {
        if (item.type == json::kind::string && out.size() < most_tags) {
            out.push_back(json::unescape(json::value_of(list, item)));
        }
    }
}

bool asks_for_usage(const body_reader& reader) {
    const auto* options = reader.find("stream_options");
    if (options == nullptr || options->type != json::kind::object) {
        return false;
    }
    std::vector<json::member> members;
    json::scan_valid(reader.text(*options), members);
    return body_reader(reader.text(*options), members).is_true("include_usage");
}

result<void> read_json_call(std::string_view body, const call_rules& rules, parsed_call& out) {
    const auto root = json::scan(body, out.members);
    if (!root && !body.empty()) {
        return invalid_json(root.error());
    }
    if (root && *root != json::kind::object) {
        return bad_request("The request body must be a JSON object.", "request_body");
    }
    const body_reader reader(body, out.members);
    if (const auto* model = reader.find("model")) {
        if (model->type != json::kind::string) {
            error wrong(400, "bad_request_error", "'model' must be a string.");
            wrong.param = "model";
            return wrong;
        }
        out.model = json::unescape(reader.text(*model));
    }
    const std::string_view required = model::traits_of(rules.type).required;
    if (!required.empty() && reader.find(required) == nullptr) {
        return missing_parameter(rules.type);
    }
    out.stream = reader.is_true("stream");
    out.show_usage = asks_for_usage(reader);
    out.timeout = reader.number("timeout");
    if (!out.timeout) {
        out.timeout = reader.number("request_timeout");
    }
    out.stream_timeout = reader.number("stream_timeout");
    return read_mocks(reader, rules, out);
}

/// The parts of a whole body, or of a form's start.
result<std::vector<http::form_part>> form_parts(std::string_view body, std::string_view type,
                                                const http::form_outline* start) {
    if (start != nullptr && !start->bad()) {
        return start->parts();
    }
    if (start != nullptr) {
        return providers::malformed_form();
    }
    const auto boundary = http::multipart_boundary(type);
    if (!boundary) {
        return bad_request("Expected a multipart/form-data body with a boundary.", "request_body");
    }
    auto parts = http::parse_multipart(body, *boundary);
    if (!parts) {
        return providers::malformed_form();
    }
    return std::move(*parts);
}

result<void> read_form_call(std::string_view body, const http::fields& headers,
                            const call_rules& rules, parsed_call& out) {
    out.content_type = headers.find("content-type").value_or("");
    auto parts = form_parts(body, out.content_type, rules.form_start);
    if (!parts) {
        return parts.error();
    }
    out.parts = std::move(*parts);
    for (const auto& part : out.parts) {
        if (providers::is_forbidden(part.name)) {
            return providers::forbidden_member(part.name);
        }
        const std::string_view value =
            body.substr(part.value_begin, part.value_end - part.value_begin);
        if (part.name == "model" && !part.is_file) {
            out.model = value;
        } else if (part.name == "stream") {
            out.stream = providers::is_yes(value);
        }
    }
    return {};
}

} // namespace

result<parsed_call> parse_call(std::string_view body, const http::fields& headers,
                               const call_rules& rules) {
    parsed_call out;
    const auto read = model::traits_of(rules.type).multipart
                          ? read_form_call(body, headers, rules, out)
                          : read_json_call(body, rules, out);
    if (!read) {
        return read.error();
    }
    if (!rules.path_model.empty()) {
        out.model = rules.path_model;
    }
    if (const auto given = headers.find("x-litellm-timeout")) {
        out.timeout = positive(*given);
    }
    if (const auto given = headers.find("x-litellm-stream-timeout")) {
        out.stream_timeout = positive(*given);
    }
    return out;
}

std::vector<std::string> tags_of(std::string_view body, const std::vector<json::member>& members,
                                 const http::fields& headers) {
    std::vector<std::string> out;
    const body_reader reader(body, members);
    if (const auto* tags = reader.find("tags");
        tags != nullptr && tags->type == json::kind::array) {
        add_tags(reader.text(*tags), out);
    }
    const auto* metadata = reader.find("metadata");
    if (metadata != nullptr && metadata->type == json::kind::object) {
        const std::string_view text = reader.text(*metadata);
        std::vector<json::member> within;
        json::scan_valid(text, within);
        const auto* tags = json::find(text, within, "tags");
        if (tags != nullptr && tags->type == json::kind::array) {
            add_tags(json::value_of(text, *tags), out);
        }
    }
    for (const std::string_view tag : split(headers.find("x-litellm-tags").value_or(""), ',')) {
        if (!trim(tag).empty() && out.size() < most_tags) {
            out.emplace_back(trim(tag));
        }
    }
    return out;
}

std::optional<int> retries_asked(std::string_view body, const std::vector<json::member>& members,
                                 const http::fields& headers) {
    const body_reader reader(body, members);
    const auto* given = reader.find("num_retries");
    const std::string_view text = given != nullptr
                                      ? reader.text(*given)
                                      : trim(headers.find("x-litellm-num-retries").value_or(""));
    const auto number = read_whole_number(text);
    constexpr std::int64_t most = 1'000'000;
    if (!number || *number < 0) {
        return std::nullopt;
    }
    return static_cast<int>(std::min(*number, most));
}

error unknown_model(model::call_type type, const std::optional<std::string>& name) {
    return bad_request(std::string(model::traits_of(type).path) +
                       ": Invalid model name passed in model=" + name.value_or("None") +
                       ". Call `/v1/models` to view available models for your key.");
}

} // namespace llm_proxy::server
