// URLs that clients name and redirects of the servers behind them: a URL, a line end, a `Location`.
#include "llm_proxy/upstream/file_url.hpp"

#include "require.hpp"
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace llm_proxy;

void require_sound(const upstream::file_url& url) {
    require(!url.origin.host.empty() && url.origin.port != 0 && url.target.starts_with('/'));
    require(url.origin.host.find_first_of("/?#@\\ \r\n") == std::string::npos);
    require(url.origin.public_only == (url.origin.host != "allowed"));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(text.find('\n'), text.size());
    config::litellm_settings settings;
    settings.user_url_allowed_hosts = {"allowed"};
    const std::string shown = upstream::shown_url(text.substr(0, end));
    require(shown.size() <= 131 && shown.find_first_of("?#") == std::string::npos);
    const auto url = upstream::parse_file_url(text.substr(0, end), settings);
    if (!url) {
        return 0;
    }
    require_sound(*url);
    const auto next = upstream::follow(*url, text.substr(std::min(end + 1, text.size())), settings);
    if (next) {
        require_sound(*next);
    }
    return 0;
}
