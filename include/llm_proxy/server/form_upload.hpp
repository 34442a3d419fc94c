#pragma once

#include "llm_proxy/http/multipart.hpp"
#include "llm_proxy/model/request_context.hpp"
#include "llm_proxy/providers/form_rules.hpp"
#include "llm_proxy/server/request.hpp"
#include "llm_proxy/upstream/client.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llm_proxy::server {

/// Passes a form upstream while it comes from the client: more is read only after the upstream took
/// what was read before, so one buffer is all that is held.
class form_upload {
public:
    /// `patience`: how long the upstream may take nothing, or think about its answer.
    form_upload(request& client, const model::request_context& call, upstream::exchange& to,
                net::clock::duration patience)
        : client_(client), call_(call), to_(to), patience_(patience) {}

    /// Sends `pieces`, which are the head and the start of the body; `start` is that as the client
    /// sent it, of which `form` has understood a part, and is released as soon as it is gone. Then
    /// the rest, up to the answer's head. The form's views are dead afterwards.
    net::task<upstream::outcome> run(std::vector<std::string_view> pieces, std::string& start,
                                     const http::form_outline& form);

    /// What the client is told if its part failed.
    const std::optional<error>& refused() const { return refused_; }
    /// What a late `stream` field said.
    std::optional<bool> stream() const { return rest_->stream(); }

private:
    static constexpr std::size_t buffer_size = 64UL * 1024;

    net::task<result<void>> read_more(std::vector<std::string_view>& pieces);
    void keep_unsettled();

    request& client_;
    const model::request_context& call_;
    upstream::exchange& to_;
    net::clock::duration patience_;
    std::optional<providers::form_rest> rest_;
    std::unique_ptr<char[]> buffer_ = std::make_unique_for_overwrite<char[]>(buffer_size);
    std::size_t filled_ = 0;
    std::size_t settled_ = 0; // bytes at the start of the buffer that went upstream or were dropped
    std::optional<error> refused_;
};

} // namespace llm_proxy::server
