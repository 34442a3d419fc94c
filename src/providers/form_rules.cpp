#include "llm_proxy/providers/form_rules.hpp"

#include "llm_proxy/providers/form_fields.hpp"
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

/// What the upstream does not get from the client.
bool is_dropped(std::string_view name) {
    return name == "model" || is_consumed(name);
}

bool is_dropped(std::string_view name, const model::deployment& target, model::call_type type) {
    return is_dropped(name) || use_of_field(name, target, type) == field_use::dropped;
}

} // namespace

result<void> append_form(const inbound_call& call, const model::deployment& target,
                         outbound_call& out) {
    if (has_control(call.upstream_model)) {
        return error(400, "invalid_request_error", "'model' must not have control characters.");
    }
    if (auto checked = check_fields(call, target); !checked) {
        return checked;
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
        } else if (is_dropped(part.name, target, call.type)) {
            keep_until(part.begin);
            copied = part.end;
        }
    }
    keep_until(call.body.size());
    return {};
}

bool can_stream(const http::form_outline& form, bool model_known) {
    const auto& parts = form.parts();
    const auto stays = [](const http::form_part& part) {
        return part.is_file && !is_dropped(part.name);
    };
    if (form.open() ? !stays(parts.back()) : std::none_of(parts.begin(), parts.end(), stays)) {
        return false;
    }
    return model_known || find_model(parts) != nullptr;
}

result<std::size_t> form_rest::take(std::string_view bytes, std::vector<std::string_view>& out) {
    std::size_t done = 0;
    for (;;) {
        const auto step = reader_.next(bytes.substr(done));
        if (step.what == token::more) {
            return done;
        }
        if (step.what == token::bad) {
            return malformed_form();
        }
        if (step.what == token::head || step.what == token::end) {
            if (auto entered = enter(step); !entered) {
                return entered.error();
            }
        }
        const std::string_view text = bytes.substr(done, step.size);
        if (step.what == token::value) {
            note_value(text);
        } else if (step.what == token::part_end && in_stream_) {
            stream_ = is_yes(value_);
        }
        if (dropping_) {
            dropped_ += step.size;
        } else {
            out.push_back(text);
        }
        done += step.size;
    }
}

result<void> form_rest::enter(const http::multipart_reader::step& part) {
    if (is_forbidden(part.name)) {
        return forbidden_member(part.name);
    }
    if (use_of_field(part.name, target_, type_) == field_use::refused) {
        return refused_field(part.name, target_, target_.group);
    }
    ended_ = part.what == token::end;
    dropping_ = is_dropped(part.name, target_, type_);
    in_stream_ = part.name == "stream";
    value_.clear();
    return {};
}

void form_rest::note_value(std::string_view bytes) {
    constexpr std::size_t longest = 8;
    if (in_stream_ && value_.size() < longest) {
        value_.append(bytes.substr(0, longest - value_.size()));
    }
}

result<void> form_rest::finish(std::vector<std::string_view>& out) {
    if (!ended_) {
        return malformed_form();
    }
    static const std::string padding(16UL * 1024, ' ');
    for (; dropped_ > 0; dropped_ -= out.back().size()) {
        out.push_back(std::string_view(padding).substr(0, dropped_));
    }
    return {};
}

bool is_yes(std::string_view value) {
    return value == "true" || value == "True" || value == "1";
}

error malformed_form() {
    error out(400, "invalid_request_error", "The multipart body is malformed.");
    out.param = "request_body";
    return out;
}

} // namespace llm_proxy::providers
