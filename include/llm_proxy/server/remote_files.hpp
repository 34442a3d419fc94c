#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/net/interruptor.hpp"
#include "llm_proxy/providers/adapter.hpp"
#include "llm_proxy/server/request.hpp"
#include "llm_proxy/upstream/client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llm_proxy::server {

/// What became of the files that a call names.
struct fetched_files {
    providers::remote_file_map files;
    /// Set if one of them could not be had: why, in LiteLLM's words.
    std::optional<std::string> refused;
    /// Set if the call was interrupted.
    upstream::outcome ended;
    std::string detail; // for the log
};

/// Fetches at most 20 files, four at a time, as the settings allow: at most 5 redirects and 3 tries
/// each, no file larger than `max_image_url_download_size_mb`, all together twice that. The first
/// that fails ends the others.
///
/// To be called by the coroutine of `interrupts`, whose deadline bounds it all.
net::task<fetched_files> fetch_files(services& shared, net::interruptor& interrupts,
                                     const config::litellm_settings& settings,
                                     std::vector<std::string> urls);

} // namespace llm_proxy::server
