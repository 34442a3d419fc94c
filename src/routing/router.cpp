#include "llm_proxy/routing/router.hpp"

namespace llm_proxy::routing {

namespace {

using member = double model::deployment::*;

double total(const model::deployment_list& list, member of) {
    double sum = 0;
    for (const auto& item : list) {
        sum += (*item).*of;
    }
    return sum;
}

} // namespace

const std::shared_ptr<const model::deployment>& pick(const model::match& found,
                                                     random_source& random) {
    const model::deployment_list& list = found.group->deployments;
    if (found.only != nullptr) {
        for (const auto& item : list) {
            if (item.get() == found.only) {
                return item;
            }
        }
    }
    if (list.size() == 1) {
        return list.front();
    }
    const double drawn = random.unit();
    for (const member of :
         {&model::deployment::weight, &model::deployment::rpm, &model::deployment::tpm}) {
        const double sum = total(list, of);
        if (sum <= 0) {
            continue;
        }
        double left = drawn * sum;
        for (const auto& item : list) {
            left -= (*item).*of;
            if (left < 0) {
                return item;
            }
        }
    }
    return list[static_cast<std::size_t>(drawn * static_cast<double>(list.size()))];
}

} // namespace llm_proxy::routing
