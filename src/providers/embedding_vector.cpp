#include "llm_proxy/providers/embedding_vector.hpp"

#include "llm_proxy/json/document.hpp"
#include "llm_proxy/util/base64.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <limits>

namespace llm_proxy::providers {

bool is_vector(const document& value) {
    return value.is_array() && std::all_of(value.begin(), value.end(), [](const document& number) {
               return number.is_number();
           });
}

std::string packed_vector(const document& vector) {
    constexpr double most = std::numeric_limits<float>::max();
    std::string bytes;
    bytes.reserve(vector.size() * sizeof(float));
    for (const document& number : vector) {
        const auto value = static_cast<float>(std::clamp(number.get<double>(), -most, most));
        const auto bits = std::bit_cast<std::uint32_t>(value);
        for (unsigned shift = 0; shift < 32; shift += 8) {
            bytes += static_cast<char>((bits >> shift) & 0xffU);
        }
    }
    return base64_encode(bytes);
}

} // namespace llm_proxy::providers
