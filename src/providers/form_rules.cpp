#include "llm_proxy/providers/form_rules.hpp"

#include "llm_proxy/providers/request_rules.hpp"

#include <algorithm>

namespace llm_proxy::providers {

namespace {

bool has_control(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

const http::form_part* find_model(const std::vector<http::form_part>& parts) {
    const auto found = std::find_if(parts.begin(), parts.end(), [](const http::form_part& part) {
        return part.name == "model" && !part.is_file;
    });
    return found == parts.end() ? nullptr : &*found;
}

/// A part of its own, for a form whose model stands in the path.
std::string model_part(std::string_view content_type, std::string_view model) {
    std::string text = "--";
    text.append(http::multipart_boundary(content_type).value_or(""));
    text += "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n";
    return text.append(model).append("\r\n");
}

} // namespace

result<void> append_form(const inbound_call& call, outbound_call& out) {
    if (has_control(call.upstream_model)) {
        return error(400, "invalid_request_error", "'model' must not have control characters.");
    }
    const auto* model = find_model(*call.parts);
    std::size_t copied = 0;
    const auto keep_until = [&](std::size_t end) {
        out.pieces.push_back(call.body.substr(copied, end - copied));
    };
    out.form_model = call.upstream_model;
    if (model == nullptr) {
        out.form_model = model_part(call.content_type, call.upstream_model);
        out.pieces.emplace_back(out.form_model);
    }
    for (const auto& part : *call.parts) {
        if (&part == model) {
            keep_until(part.value_begin);
            out.pieces.emplace_back(out.form_model);
            copied = part.value_end;
        } else if (part.name == "model" || is_consumed(part.name)) {
            keep_until(part.begin);
            copied = part.end;
        }
    }
    keep_until(call.body.size());
    return {};
}

} // namespace llm_proxy::providers
