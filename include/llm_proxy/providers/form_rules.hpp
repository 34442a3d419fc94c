#pragma once

#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/util/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::providers {

/// Appends the pieces of a multipart body as the upstream gets it: the client's parts but for those
/// that `is_consumed` or that its provider does not take, and one `model` part with the upstream's
/// name, which `out.form_model` holds. Refuses names with control characters, as they could make
/// parts of their own. Of a form that `can_stream` only the start is there: `form_rest` then goes
/// on.
result<void> append_form(const inbound_call& call, const model::deployment& target,
                         outbound_call& out);

/// Whether a form of which so much is known can go upstream while the rest still comes: the model
/// is known, a file that stays has begun, and no other part is half there.
bool can_stream(const http::form_outline& form, bool model_known);

/// The rest of a form whose start went upstream by `append_form`. What is dropped here was already
/// counted in the request's Content-Length; its place is taken by as many bytes of padding behind
/// the closing boundary, which a reader must ignore (RFC 2046, 5.1.1). So a late field costs
/// neither the length, which some servers insist on, nor the streaming.
class form_rest {
public:
    /// `target` outlives it.
    form_rest(const http::form_outline& start, const model::deployment& target,
              model::call_type type)
        : target_(target), type_(type), reader_(start.reader()), ended_(start.complete()) {}

    /// Appends pieces of `bytes` to `out` and tells how many bytes are settled; the others must
    /// come again with more behind them. Refuses a malformed form, forbidden members, and fields
    /// that the provider does not take.
    result<std::size_t> take(std::string_view bytes, std::vector<std::string_view>& out);
    /// The form is whole: appends the padding, or refuses what has no end.
    result<void> finish(std::vector<std::string_view>& out);

    /// What a `stream` field among these said.
    std::optional<bool> stream() const { return stream_; }

private:
    using token = http::multipart_reader::token;

    result<void> enter(const http::multipart_reader::step& part);
    void note_value(std::string_view bytes);

    const model::deployment& target_;
    model::call_type type_;
    http::multipart_reader reader_;
    std::uint64_t dropped_ = 0;
    bool dropping_ = false;
    bool in_stream_ = false; // inside the field of that name
    bool ended_;
    std::string value_; // of that field, as far as it matters
    std::optional<bool> stream_;
};

/// Whether a form's field says yes, in the spellings of Python and JSON.
bool is_yes(std::string_view value);

error malformed_form();

} // namespace llm_proxy::providers
