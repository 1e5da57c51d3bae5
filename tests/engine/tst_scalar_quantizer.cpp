// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "core/topk.h"
#include "quant/scalar_quantizer.h"
#include "quant/sq_query.h"
#include "simd/sq_scan.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <vector>

using namespace annscope;

namespace {

constexpr SqType kTypes[] = {SqType::Bits8,    SqType::Bits6,  SqType::Bits4,       SqType::Half,
                             SqType::BFloat16, SqType::Direct, SqType::DirectSigned};

const char* c_str(SqType type) {
    return name(type).data(); // the names are literals
}

void type_rows() {
    QTest::addColumn<int>("type");
    for (const SqType type : kTypes)
        QTest::newRow(c_str(type)) << static_cast<int>(type);
}

void isa_and_type_rows() {
    QTest::addColumn<int>("isa");
    QTest::addColumn<int>("type");
    for (const simd::Isa isa : {simd::Isa::Scalar, simd::Isa::Avx2, simd::Isa::Avx512})
        for (const SqType type : kTypes)
            QTest::addRow("%s %s", simd::name(isa), c_str(type))
                << static_cast<int>(isa) << static_cast<int>(type);
}

bool direct(SqType type) {
    return type == SqType::Direct || type == SqType::DirectSigned;
}

/// Rows whose dimensions have ranges of their own; whole numbers for the types that keep them.
std::vector<float> random_rows(SqType type, std::size_t n, std::size_t dim, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> rows(n * dim);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < dim; ++j) {
            const double spread = 1 + static_cast<double>(j % 7);
            rows[i * dim + j] =
                direct(type) ? static_cast<float>(static_cast<int>(random.below(256)) -
                                                  (type == SqType::DirectSigned ? 128 : 0))
                             : static_cast<float>(random.normal() * spread + static_cast<double>(j % 5));
        }
    return rows;
}

struct Codes {
    ScalarQuantizer quantizer;
    std::size_t stride = 0, n = 0;
    std::vector<std::uint8_t> bytes;
    std::vector<float> decoded;
};

Codes make_codes(SqType type, const std::vector<float>& rows, std::size_t n, std::size_t dim,
                 std::size_t extra = 0) {
    Codes codes{ScalarQuantizer(type, dim), 0, n, {}, std::vector<float>(n * dim)};
    if (!codes.quantizer.train({rows.data(), n, dim}, {}))
        return {};
    codes.stride = codes.quantizer.code_size() + extra;
    codes.bytes.resize(n * codes.stride); // exactly, so that a sanitizer sees a read beyond it
    if (!codes.quantizer.encode_all({rows.data(), n, dim}, codes.bytes.data(), codes.stride, {}))
        return {};
    for (std::size_t i = 0; i < n; ++i)
        codes.quantizer.decode(codes.bytes.data() + i * codes.stride, codes.decoded.data() + i * dim);
    return codes;
}

/// The value that a code holds for a dimension, by the definition.
double value_of(SqType type, const std::uint8_t* code, std::size_t j) {
    const auto word = [&] { return static_cast<std::uint16_t>(code[2 * j] | code[2 * j + 1] << 8); };
    switch (type) {
    case SqType::Bits4:
        return code[j / 2] >> (j % 2 ? 4 : 0) & 15;
    case SqType::Bits6: {
        int value = 0;
        for (std::size_t bit = 0; bit < 6; ++bit)
            value |= (code[(6 * j + bit) / 8] >> (6 * j + bit) % 8 & 1) << bit;
        return value;
    }
    case SqType::Half:
        return static_cast<double>(half_to_float({word()}));
    case SqType::BFloat16:
        return static_cast<double>(std::bit_cast<float>(std::uint32_t{word()} << 16));
    case SqType::Bits8:
    case SqType::Direct:
    case SqType::DirectSigned:
        break;
    }
    return code[j];
}

} // namespace

class tst_scalar_quantizer : public QObject {
    Q_OBJECT
private slots:
    void names() {
        for (const SqType type : kTypes)
            QCOMPARE(static_cast<int>(*parse_sq_type(name(type))), static_cast<int>(type));
        QVERIFY(!parse_sq_type("SQ5") && !parse_sq_type("") && !parse_sq_type("SQ8_direct_"));
    }

    /// By hand: 8 bits over [0, 255], 4 bits over [0, 15], 6 bits over [0, 63].
    void codes_by_hand() {
        const std::vector<float> ranges{0, 0, 0, 0, 0, 255, 255, 255, 255, 255};
        auto eight = ScalarQuantizer::restore(SqType::Bits8, 5, ranges);
        QVERIFY(eight.ok());
        const float row[] = {-3, 0.99f, 254.999f, 255, 1000};
        std::uint8_t code[5];
        eight->encode(row, code);
        QCOMPARE(std::vector<std::uint8_t>(code, code + 5), (std::vector<std::uint8_t>{0, 0, 254, 255, 255}));
        float back[5];
        eight->decode(code, back);
        QCOMPARE(back[1], 0.5f);
        QCOMPARE(back[4], 255.5f);

        auto four = ScalarQuantizer::restore(SqType::Bits4, 3, std::vector<float>{0, 0, 0, 15, 15, 15});
        const float small[] = {1, 10, 15};
        QCOMPARE(four->code_size(), std::size_t{2});
        four->encode(small, code);
        QCOMPARE(int{code[0]}, 0xa1);
        QCOMPARE(int{code[1]}, 0x0f);

        auto six =
            ScalarQuantizer::restore(SqType::Bits6, 5, std::vector<float>{0, 0, 0, 0, 0, 63, 63, 63, 63, 63});
        const float values[] = {1, 2, 3, 63, 32};
        QCOMPARE(six->code_size(), std::size_t{4});
        six->encode(values, code);
        QCOMPARE(int{code[0]}, 1 | (2 & 3) << 6);
        QCOMPARE(int{code[1]}, 2 >> 2 | (3 & 15) << 4);
        QCOMPARE(int{code[2]}, 3 >> 4 | 63 << 2);
        QCOMPARE(int{code[3]}, 32);
    }

    void a_constant_dimension_is_code_zero() {
        auto quantizer = ScalarQuantizer::restore(SqType::Bits8, 2, std::vector<float>{7, 1, 0, 2});
        QVERIFY(quantizer.ok());
        for (const float v : {7.0f, 6.0f, 8.0f}) {
            const float row[] = {v, 2};
            std::uint8_t code[2];
            quantizer->encode(row, code);
            QCOMPARE(int{code[0]}, 0);
            float back[2];
            quantizer->decode(code, back);
            QCOMPARE(back[0], 7.0f);
        }
    }

    void brain_floats_round_half_away() {
        const ScalarQuantizer quantizer(SqType::BFloat16, 1);
        for (const auto& [bits, expected] : {std::pair{0x3f808000u, 0x3f81u}, std::pair{0x3f807fffu, 0x3f80u},
                                             std::pair{0xbf818000u, 0xbf82u}}) {
            const float v = std::bit_cast<float>(bits);
            std::uint8_t code[2];
            quantizer.encode(&v, code);
            QCOMPARE(code[0] | code[1] << 8, static_cast<int>(expected));
        }
    }

    void restore_refuses_what_is_no_range() {
        const float infinity = std::numeric_limits<float>::infinity();
        QVERIFY(!ScalarQuantizer::restore(SqType::Bits8, 2, std::vector<float>{0, 0, 1}).ok());
        QVERIFY(!ScalarQuantizer::restore(SqType::Bits8, 1, std::vector<float>{0, -1}).ok());
        QVERIFY(!ScalarQuantizer::restore(SqType::Bits8, 1, std::vector<float>{infinity, 1}).ok());
        QVERIFY(!ScalarQuantizer::restore(SqType::Half, 1, std::vector<float>{0, 1}).ok());
        QVERIFY(ScalarQuantizer::restore(SqType::Half, 1, {}).ok());
    }

    void errors() {
        ScalarQuantizer quantizer(SqType::Bits8, 4);
        QVERIFY(!quantizer.trained());
        const std::vector<float> rows{1, 2, 3, 256};
        std::vector<std::uint8_t> codes(4);
        QCOMPARE(quantizer.encode_all({rows.data(), 1, 4}, codes.data(), 4, {}).error().code,
                 ErrorCode::NotTrained);
        QVERIFY(!quantizer.train({rows.data(), 0, 4}, {}).ok());
        QCOMPARE(ScalarQuantizer(SqType::Direct, 4)
                     .encode_all({rows.data(), 1, 4}, codes.data(), 4, {})
                     .error()
                     .code,
                 ErrorCode::InvalidArgument);
        QVERIFY(ScalarQuantizer(SqType::Direct, 3).encode_all({rows.data(), 1, 3}, codes.data(), 4, {}).ok());
        const std::vector<float> large{1, 65504, -65504, 65519}, larger{1, 2, -65520, 3};
        std::vector<std::uint8_t> halves(8);
        const ScalarQuantizer half(SqType::Half, 4);
        QVERIFY(half.encode_all({large.data(), 1, 4}, halves.data(), 8, {}).ok());
        QVERIFY(!half.encode_all({larger.data(), 1, 4}, halves.data(), 8, {}).ok());
        std::stop_source stop;
        stop.request_stop();
        Control control;
        control.stop = stop.get_token();
        QCOMPARE(quantizer.train({rows.data(), 1, 4}, control).error().code, ErrorCode::Cancelled);
        QVERIFY(!quantizer.trained());
    }

    /// A value is at most half a step from what its code stands for; whole numbers and halves come back.
    void decoding_is_near_data() { type_rows(); }
    void decoding_is_near() {
        QFETCH(int, type);
        const auto sq = static_cast<SqType>(type);
        for (const std::size_t dim : {1u, 2u, 3u, 5u, 63u, 64u, 65u, 131u}) {
            const std::size_t n = 50;
            const auto rows = random_rows(sq, n, dim, dim);
            const Codes codes = make_codes(sq, rows, n, dim);
            QCOMPARE(codes.n, n);
            for (std::size_t i = 0; i < n; ++i)
                for (std::size_t j = 0; j < dim; ++j) {
                    const double x = rows[i * dim + j], y = codes.decoded[i * dim + j];
                    double allowed = 0;
                    if (codes.quantizer.learns()) // the topmost code stands for half a step beyond the range
                        allowed = static_cast<double>(codes.quantizer.steps()[j]) * 0.5001 + 1e-6;
                    else if (!direct(sq))
                        allowed = std::abs(x) * (sq == SqType::Half ? 0x1p-11 : 0x1p-8) + 1e-7;
                    QVERIFY2(std::abs(x - y) <= allowed, qPrintable(QString("%1 %2").arg(x).arg(y)));
                    const double held = value_of(sq, codes.bytes.data() + i * codes.stride, j);
                    const double stands = static_cast<double>(codes.quantizer.offsets()[j]) +
                                          static_cast<double>(codes.quantizer.steps()[j]) * held;
                    QVERIFY(std::abs(stands - y) <= 1e-5 * (1 + std::abs(y)));
                }
        }
    }

    void threads_do_not_matter() {
        const std::size_t n = 9000, dim = 65;
        const auto rows = random_rows(SqType::Bits8, n, dim, 4);
        ScalarQuantizer a(SqType::Bits8, dim), b(SqType::Bits8, dim);
        Control one, four;
        one.threads = 1;
        four.threads = 4;
        QVERIFY(a.train({rows.data(), n, dim}, one).ok() && b.train({rows.data(), n, dim}, four).ok());
        QVERIFY(std::ranges::equal(a.ranges(), b.ranges()));
        std::vector<std::uint8_t> x(n * dim), y(n * dim);
        QVERIFY(a.encode_all({rows.data(), n, dim}, x.data(), dim, one).ok());
        QVERIFY(a.encode_all({rows.data(), n, dim}, y.data(), dim, four).ok());
        QVERIFY(x == y);
    }

    /// Every dimension 1..130 and some large ones, rows and gathered rows, against float64.
    void kernels_against_double_data() { isa_and_type_rows(); }
    void kernels_against_double();
    void weights_data() { isa_rows(); }
    void weights();
    void filter_keeps_every_near_one_data();
    void filter_keeps_every_near_one();

private:
    static void isa_rows() {
        QTest::addColumn<int>("isa");
        for (const simd::Isa isa : {simd::Isa::Scalar, simd::Isa::Avx2, simd::Isa::Avx512})
            QTest::newRow(simd::name(isa)) << static_cast<int>(isa);
    }
};

#define FETCH_TABLE()                                                                                        \
    QFETCH(int, isa);                                                                                        \
    if (!simd::supported(static_cast<simd::Isa>(isa)))                                                       \
        QSKIP("this processor lacks the instruction set");                                                   \
    const simd::SqKernels& table = simd::sq_kernels(static_cast<simd::Isa>(isa));                            \
    QCOMPARE(static_cast<int>(table.isa), isa)

void tst_scalar_quantizer::kernels_against_double() {
    FETCH_TABLE();
    QFETCH(int, type);
    const auto sq = static_cast<SqType>(type);
    const std::uint32_t ids[] = {3, 0, 6, 5, 5, 1, 4};
    constexpr std::size_t kRows = 7;
    std::vector<std::size_t> dims{257, 300, 784};
    for (std::size_t d = 1; d <= 130; ++d)
        dims.push_back(d);
    for (const std::size_t d : dims) {
        const Codes codes = make_codes(sq, random_rows(sq, kRows, d, d), kRows, d, d % 3);
        QCOMPARE(codes.n, kRows);
        const auto& rows = table.rows(codes.quantizer.form());
        const auto t = random_rows(SqType::Half, 2, d, 99), w = random_rows(SqType::Half, 1, d, 5);
        const float* s = codes.quantizer.steps().data();
        float l2[kRows], ip[kRows], l2_gather[kRows], ip_gather[kRows];
        rows.l2(t.data(), s, codes.bytes.data(), codes.stride, kRows, d, l2);
        rows.ip(w.data(), codes.bytes.data(), codes.stride, kRows, d, ip);
        rows.l2_gather(t.data(), s, codes.bytes.data(), codes.stride, ids, kRows, d, l2_gather);
        rows.ip_gather(w.data(), codes.bytes.data(), codes.stride, ids, kRows, d, ip_gather);
        for (std::size_t i = 0; i < kRows; ++i) {
            double square = 0, product = 0, magnitude = 0;
            for (std::size_t j = 0; j < d; ++j) {
                const double c = value_of(sq, codes.bytes.data() + i * codes.stride, j);
                const double difference = static_cast<double>(t[j]) - static_cast<double>(s[j]) * c;
                square += difference * difference;
                product += static_cast<double>(w[j]) * c;
                magnitude += std::abs(static_cast<double>(w[j]) * c);
            }
            QVERIFY2(std::abs(static_cast<double>(l2[i]) - square) <= 1e-5 * square + 1e-9,
                     qPrintable(QString("d=%1 row=%2: %3 %4").arg(d).arg(i).arg(l2[i]).arg(square)));
            QVERIFY2(std::abs(static_cast<double>(ip[i]) - product) <= 1e-5 * magnitude + 1e-9,
                     qPrintable(QString("d=%1 row=%2: %3 %4").arg(d).arg(i).arg(ip[i]).arg(product)));
            float one = 0;
            rows.l2(t.data(), s, codes.bytes.data() + i * codes.stride, codes.stride, 1, d, &one);
            QCOMPARE(one, l2[i]);
            rows.ip(w.data(), codes.bytes.data() + i * codes.stride, codes.stride, 1, d, &one);
            QCOMPARE(one, ip[i]);
        }
        for (std::size_t i = 0; i < kRows; ++i) {
            QCOMPARE(l2_gather[i], l2[ids[i]]);
            QCOMPARE(ip_gather[i], ip[ids[i]]);
        }
    }
}

void tst_scalar_quantizer::weights() {
    FETCH_TABLE();
    for (std::size_t d = 1; d <= 100; ++d) {
        const auto q = random_rows(SqType::Half, 1, d, d), c = random_rows(SqType::Half, 1, d, d + 1),
                   b = random_rows(SqType::Half, 1, d, d + 2), s = random_rows(SqType::Half, 1, d, d + 3);
        for (const float* centre : {static_cast<const float*>(nullptr), c.data()}) {
            std::vector<float> w(d);
            float square = 0, along = 0;
            const float largest =
                table.weigh(q.data(), centre, b.data(), s.data(), d, w.data(), &square, &along);
            double expected_square = 0, expected_along = 0, magnitude = 0, expected_largest = 0;
            for (std::size_t j = 0; j < d; ++j) {
                const double r = static_cast<double>(q[j]) - (centre ? static_cast<double>(c[j]) : 0.0);
                expected_square += r * r;
                expected_along += r * static_cast<double>(b[j]);
                magnitude += std::abs(r * static_cast<double>(b[j]));
                const double weight = r * static_cast<double>(s[j]);
                QVERIFY(std::abs(static_cast<double>(w[j]) - weight) <= 1e-6 * (1 + std::abs(weight)));
                expected_largest = std::max(expected_largest, std::abs(static_cast<double>(w[j])));
            }
            QVERIFY(std::abs(static_cast<double>(square) - expected_square) <= 1e-5 * expected_square);
            QVERIFY(std::abs(static_cast<double>(along) - expected_along) <= 1e-5 * magnitude + 1e-9);
            QCOMPARE(static_cast<double>(largest), expected_largest);

            const float scale = 127 / largest;
            std::vector<std::int8_t> out(d + 1, 55);
            const auto rest = table.round(w.data(), b.data(), scale, d, out.data());
            QCOMPARE(int{out[d]}, 55);
            double remainders = 0, at = 0;
            for (std::size_t j = 0; j < d; ++j) {
                const double e = static_cast<double>(w[j]) - static_cast<double>(1 / scale) * out[j];
                QVERIFY(std::abs(e) * static_cast<double>(scale) <= 0.5001);
                remainders += e * e;
                at += e * static_cast<double>(b[j]);
            }
            QVERIFY(std::abs(static_cast<double>(rest.square) - remainders) <= 1e-4 * remainders + 1e-12);
            QVERIFY(std::abs(static_cast<double>(rest.at) - at) <= 1e-4 * (1 + std::abs(at)));
        }
    }
}

void tst_scalar_quantizer::filter_keeps_every_near_one_data() {
    QTest::addColumn<double>("shift");
    QTest::addColumn<int>("dim");
    QTest::addColumn<bool>("l2");
    for (const bool l2 : {true, false})
        for (const int dim : {64, 65, 131, 784})
            for (const double shift : {0.0, 1000.0})
                QTest::addRow("%s %d %g", l2 ? "l2" : "ip", dim, shift) << shift << dim << l2;
}

/// Whatever the limit, no code at that distance or nearer is ruled out, and most of the far ones are.
void tst_scalar_quantizer::filter_keeps_every_near_one() {
    QFETCH(double, shift);
    QFETCH(int, dim);
    QFETCH(bool, l2);
    const auto d = static_cast<std::size_t>(dim);
    const std::size_t n = 640;
    auto rows = random_rows(SqType::Bits8, n, d, 3);
    for (float& v : rows)
        v += static_cast<float>(shift);
    rows[5 * d + 1] = static_cast<float>(shift) + 500; // a range of which little is used
    Codes codes = make_codes(SqType::Bits8, rows, n, d, SqFilter::kExtraBytes);
    QVERIFY(SqFilter::useful(SqType::Bits8, d));
    const SqFilter filter(codes.quantizer, shift == 0.0);
    for (std::size_t i = 0; i < n; ++i)
        filter.annotate(codes.quantizer, codes.bytes.data() + i * codes.stride);
    SqQuery query(codes.quantizer, l2, filter);
    QVERIFY(query.filters());
    auto queries = random_rows(SqType::Bits8, 9, d, 11);
    const auto centroid = random_rows(SqType::Half, 1, d, 17);
    std::size_t kept_in_all = 0, asked = 0;
    for (std::size_t q = 0; q < 9; ++q) {
        float* const values = queries.data() + q * d;
        for (std::size_t j = 0; j < d; ++j)
            values[j] = q == 8 ? 0.0f : values[j] + static_cast<float>(shift);
        query.set(values);
        for (const float* centre : {static_cast<const float*>(nullptr), centroid.data()}) {
            query.enter(centre);
            std::vector<float> distances(n);
            query.distances(codes.bytes.data(), codes.stride, n, distances.data());
            std::vector<float> sorted = distances;
            std::ranges::sort(sorted);
            for (const std::size_t rank : {0u, 10u, 200u, 639u}) {
                const float limit = sorted[rank];
                std::size_t count = 0;
                for (std::size_t begin = 0; begin < n; begin += SqQuery::kBlock) {
                    std::uint32_t kept[SqQuery::kBlock];
                    const std::size_t some = query.filter(codes.bytes.data() + begin * codes.stride,
                                                          codes.stride, SqQuery::kBlock, limit, kept);
                    std::vector<bool> is_kept(SqQuery::kBlock);
                    for (std::size_t i = 0; i < some; ++i)
                        is_kept[kept[i]] = true;
                    for (std::size_t i = 0; i < SqQuery::kBlock; ++i)
                        QVERIFY(is_kept[i] || distances[begin + i] > limit);
                    count += some;
                }
                if (rank == 10 && shift == 0.0 && q < 8) {
                    kept_in_all += count;
                    ++asked;
                }
            }
        }
    }
    if (shift == 0.0)
        QVERIFY2(kept_in_all < asked * n / 2, qPrintable(QString::number(kept_in_all / asked)));
}

QTEST_GUILESS_MAIN(tst_scalar_quantizer)
#include "tst_scalar_quantizer.moc"
