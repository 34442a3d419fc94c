#pragma once

#include "llm_proxy/routing/strategies.hpp"

namespace llm_proxy::routing {

/// Keeps of `list` what LiteLLM's filtering by tag allows: of a request with tags, deployments that
/// share one (or have all of them, without `tag_filtering_match_any`), or, where no deployment of
/// the group knows a tag, those tagged `default`; of a request without, those tagged `default` if
/// there are any. A tag `!x` excludes deployments tagged `x`, `&x` demands the tag. `all` is the
/// whole group.
void keep_tagged(candidates& list, const candidates& all, const choice& how);

} // namespace llm_proxy::routing
