// SPDX-License-Identifier: Apache-2.0
#include "data/pixels.h"

#include <charconv>
#include <cmath>

namespace annscope {
namespace {

constexpr std::size_t kSampleRows = 64, kRangeRows = 256;
constexpr double kAlike = 0.5;
constexpr std::size_t kSmallestSide = 5;

std::size_t square_root(std::size_t n) {
    const auto root = static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(n))));
    return root * root == n ? root : 0;
}

std::size_t place_of(const PixelShape& shape, std::size_t x, std::size_t y, std::size_t channel) noexcept {
    return shape.planar ? (channel * shape.height + y) * shape.width + x
                        : (y * shape.width + x) * shape.channels + channel;
}

/// Pearson's correlation, fed pair by pair.
struct Correlation {
    double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    void add(double a, double b) noexcept {
        n += 1;
        x += a;
        y += b;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    double value() const noexcept {
        const double spread = (n * xx - x * x) * (n * yy - y * y);
        return spread > 0 ? (n * xy - x * y) / std::sqrt(spread) : 0;
    }
};

/// The rows less the mean row: means that differ by place would make all neighbours look alike or not.
std::vector<std::vector<float>> centred_sample(const VectorSet& vectors) {
    const std::size_t count = std::min(kSampleRows, vectors.size());
    std::vector<std::vector<float>> rows(count, std::vector<float>(vectors.dim()));
    std::vector<double> mean(vectors.dim());
    for (std::size_t i = 0; i < count; ++i) {
        vectors.copy_row(i * vectors.size() / count, rows[i].data());
        for (std::size_t j = 0; j < mean.size(); ++j)
            mean[j] += static_cast<double>(rows[i][j]) / static_cast<double>(count);
    }
    for (auto& row : rows)
        for (std::size_t j = 0; j < mean.size(); ++j)
            row[j] -= static_cast<float>(mean[j]);
    return rows;
}

double alikeness(const std::vector<std::vector<float>>& rows, const PixelShape& shape) {
    Correlation beside, below;
    for (const auto& row : rows)
        for (std::size_t c = 0; c < shape.channels; ++c)
            for (std::size_t y = 0; y + 1 < shape.height; ++y)
                for (std::size_t x = 0; x + 1 < shape.width; ++x) {
                    const float here = row[place_of(shape, x, y, c)];
                    beside.add(here, row[place_of(shape, x + 1, y, c)]);
                    below.add(here, row[place_of(shape, x, y + 1, c)]);
                }
    return std::min(beside.value(), below.value());
}

} // namespace

std::string to_string(const PixelShape& shape) {
    std::string text = std::to_string(shape.width) + " x " + std::to_string(shape.height);
    text += shape.channels == 1 ? " grey" : " colour";
    return shape.planar ? text + ", plane by plane" : text;
}

std::optional<PixelShape> parse_pixel_shape(std::string_view text) noexcept {
    std::size_t numbers[3]{}, count = 0;
    const char *at = text.data(), *end = at + text.size();
    const auto skip = [&] {
        while (at != end && *at == ' ')
            ++at;
    };
    for (skip(); at != end; skip()) {
        if (count == 3)
            return std::nullopt;
        if (count > 0) {
            if (*at != 'x' && *at != 'X' && *at != '*')
                return std::nullopt;
            ++at;
            skip();
        }
        const auto [stop, error] = std::from_chars(at, end, numbers[count]);
        if (error != std::errc() || numbers[count] == 0 || numbers[count] > 65536)
            return std::nullopt;
        at = stop;
        ++count;
    }
    if (count == 2)
        return PixelShape{numbers[0], numbers[1], 1, false};
    if (count == 3 && (numbers[2] == 1 || numbers[2] == 3))
        return PixelShape{numbers[0], numbers[1], numbers[2], false};
    if (count == 3 && numbers[0] == 3)
        return PixelShape{numbers[1], numbers[2], 3, true};
    return std::nullopt;
}

std::vector<PixelShape> square_shapes(std::size_t dim) {
    std::vector<PixelShape> shapes;
    if (const std::size_t side = square_root(dim))
        shapes.push_back({side, side, 1, false});
    if (dim % 3 == 0)
        if (const std::size_t side = square_root(dim / 3)) {
            shapes.push_back({side, side, 3, false});
            shapes.push_back({side, side, 3, true});
        }
    return shapes;
}

std::optional<PixelShape> guess_pixels(const VectorSet& vectors) {
    std::optional<PixelShape> best;
    const auto shapes = square_shapes(vectors.dim());
    if (vectors.size() < 2 || shapes.empty())
        return best;
    const auto rows = centred_sample(vectors);
    double most = kAlike;
    for (const PixelShape& shape : shapes) {
        if (shape.width < kSmallestSide)
            continue;
        if (const double alike = alikeness(rows, shape); alike >= most) {
            most = alike;
            best = shape;
        }
    }
    return best;
}

PixelRange pixel_range(const VectorSet& vectors) {
    if (vectors.type() == ElementType::U8)
        return {0, 255};
    const std::size_t count = std::min(kRangeRows, vectors.size());
    std::vector<float> row(vectors.dim());
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (std::size_t i = 0; i < count; ++i) {
        vectors.copy_row(i * vectors.size() / count, row.data());
        const auto [least, most] = std::ranges::minmax(row);
        low = std::min(low, least);
        high = std::max(high, most);
    }
    for (const PixelRange known : {PixelRange{0, 1}, PixelRange{-1, 1}, PixelRange{0, 255}})
        if (low >= known.black && high <= known.white && high > 0)
            // unit vectors of pictures lie in 0..1, too, but far from 1
            return known.white == 1 && high < 0.75f ? PixelRange{low, high} : known;
    return high > low ? PixelRange{low, high} : PixelRange{low, low + 1};
}

std::vector<std::uint8_t> pixel_bytes(std::span<const float> values, const PixelShape& shape,
                                      const PixelRange& range) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(shape.values());
    const float scale = 255 / (range.white - range.black);
    for (std::size_t y = 0; y < shape.height; ++y)
        for (std::size_t x = 0; x < shape.width; ++x)
            for (std::size_t c = 0; c < shape.channels; ++c) {
                const float value = (values[place_of(shape, x, y, c)] - range.black) * scale;
                bytes.push_back(static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f)));
            }
    return bytes;
}

} // namespace annscope
