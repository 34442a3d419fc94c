#pragma once

#include "llm_proxy/config/config.hpp"
#include "llm_proxy/config/loader.hpp"
#include "llm_proxy/upstream/client.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace llm_proxy::app {

/// Where a price table in place of the program's own is: an http or https URL, `file://` or a path.
/// Nothing if `LITELLM_MODEL_COST_MAP_URL` is unset, or `LITELLM_LOCAL_MODEL_COST_MAP` is true.
std::optional<std::string> price_table_url(const config::environment& variables);

/// The path of a `file://` URL or of a plain path; nothing for others.
std::optional<std::string> path_of_url(std::string_view url);

/// Fetches a price table in the background, as LiteLLM does: three attempts of five seconds each
/// with a pause that doubles; only failures that may pass are tried again. What fails is logged:
/// the prices in force stay. All on the context's thread.
class price_source {
public:
    price_source(boost::asio::io_context& context, upstream::shared_services& upstreams);
    ~price_source();

    /// Gives the text to `use` once it has come. Replaces a fetch that still runs.
    void fetch(const std::string& url, const config::tls_verify& verify,
               std::function<void(std::string)> use);
    void stop();

private:
    struct round;

    boost::asio::io_context& context_;
    upstream::shared_services& upstreams_;
    std::shared_ptr<round> running_;
};

} // namespace llm_proxy::app
