#pragma once

#ifdef __SSE2__
#include <bit>
#include <emmintrin.h>
#endif

namespace llm_proxy::json {

/// Whether the byte may stand in a JSON string as it is (RFC 8259, section 7).
constexpr bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

/// The first byte of [begin, end) that is not plain, or `end`. Looks at 16 bytes at a time where
/// the processor can, since almost all of a request is the plain text of its messages.
inline const char* skip_plain(const char* begin, const char* end) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1f);
    for (; end - begin >= 16; begin += 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin));
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
        const __m128i special =
            _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash));
        const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(special, control)));
        if (found != 0)
            return begin + std::countr_zero(found);
    }
#endif
    while (begin != end && is_plain(*begin))
        ++begin;
    return begin;
}

} // namespace llm_proxy::json
