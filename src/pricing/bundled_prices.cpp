#include "llm_proxy/pricing/bundled_prices.hpp"

#include "llm_proxy/util/gunzip.hpp"

#include <cstddef>
#include <fstream>
#include <istream>
#include <utility>

// Put there by cmake/EmbedFile.cmake.
extern "C" {
extern const char llm_proxy_model_prices_begin;
extern const char llm_proxy_model_prices_end;
}

namespace llm_proxy::pricing {

namespace {

error failure(std::string text) {
    return error(500, "internal_server_error", std::move(text)); // start-up: never sent
}

} // namespace

result<price_table> bundled_prices(const entry_filter& keep) {
    const char* const begin = &llm_proxy_model_prices_begin;
    const char* const end = &llm_proxy_model_prices_end;
    // Two megabytes of text never stand in memory, nor does freeing them teach malloc to keep as
    // much.
    gunzip_buffer buffer({begin, static_cast<std::size_t>(end - begin)});
    std::istream text(&buffer);
    return price_table::parse(text, keep);
}

result<price_table> load_prices(const std::string& path, const entry_filter& keep) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return failure("cannot read the price table " + path);
    }
    return price_table::parse(file, keep);
}

} // namespace llm_proxy::pricing
