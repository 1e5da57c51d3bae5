// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/faiss_python.h"
#include "engine/random_spec.h"
#include "spec/lexer.h"
#include "spec/parser.h"

#include <QTest>

using namespace annscope;

namespace {

QString describe(const SpecNode& node) {
    QString text = QString::fromStdString(node.name) + QStringLiteral("{");
    for (const std::uint64_t number : node.numbers)
        text += QString::number(number) + QStringLiteral(" ");
    text += QStringLiteral("'") + QString::fromStdString(node.suffix) + QStringLiteral("'");
    for (const SpecNode& child : node.children)
        text += QStringLiteral(" ") + describe(child);
    return text + QStringLiteral("}");
}

SpecNode node(const char* name, std::vector<std::uint64_t> numbers = {}, std::vector<SpecNode> children = {},
              const char* suffix = "") {
    return {name, std::move(numbers), suffix, std::move(children), 0};
}

/// Runs a line per string through Faiss's index_factory(64, line): "ok" or the error. Empty: no Faiss here.
QStringList faiss_verdicts(const QStringList& lines) {
    const char* script = "import sys, faiss\n"
                         "for line in sys.stdin.read().split('\\n'):\n"
                         "    try:\n"
                         "        faiss.index_factory(64, line)\n"
                         "        print('ok')\n"
                         "    except Exception as e:\n"
                         "        print(str(e).replace('\\n', ' '))\n";
    const auto output = test::run_python(QString::fromUtf8(script), lines.join(u'\n'));
    return output ? output->split(u'\n', Qt::SkipEmptyParts) : QStringList();
}

} // namespace

class TestSpecParser : public QObject {
    Q_OBJECT
private slots:
    void prints_what_it_parsed_data();
    void prints_what_it_parsed();
    void trees_data();
    void trees();
    void random_trees_round_trip();
    void random_mutations_never_crash();
    void errors_data();
    void errors();
    void hostile_input();
    void columns_of_nodes();
    void binary_is_unsupported_by_name();
    void faiss_reads_what_we_accept();
    void faiss_rejects_what_we_reject();
};

void TestSpecParser::prints_what_it_parsed_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("canonical"); // empty: the text itself
    const auto row = [](const char* text, const char* canonical = "") {
        QTest::addRow("%s", text) << QString::fromLatin1(text) << QString::fromLatin1(canonical);
    };
    row("Flat");
    row("IVF1024,Flat");
    row("IVF4k,Flat", "IVF4096,Flat");
    row("IVF1M,SQ8", "IVF1048576,SQ8");
    row("IVF65536_HNSW32,PQ32");
    row("IVF65536_HNSW,PQ32", "IVF65536_HNSW32,PQ32");
    row("IVF65536(HNSW16),PQ32", "IVF65536_HNSW16,PQ32");
    row("IVF65536(HNSW16,SQ8),PQ32");
    row("IVF1024(Flat),Flat", "IVF1024,Flat");
    row("IVF65536(IVF256,Flat),PQ32");
    row("IVF16384_NSG64,Flat");
    row("IVF256_SVSVamana32_SQ8,Flat");
    row("OPQ16_64,IVF262144(IVF512,PQ32x4fs,RFlat),PQ16x4fsr,Refine(OPQ56_112,PQ56)");
    row("PCA64,IVF256,PQ16,RFlat");
    row("PCAWR64,L2Norm,Flat", "PCAWR64,L2norm,Flat");
    row("RR,Flat");
    row("HR7,Pad256,SQ4");
    row("ITQ64,LSH");
    row("LSH64rt");
    row("PCA8,Flat,IDMap");
    row("IDMap,PCA8,Flat", "PCA8,Flat,IDMap");
    row("PCA8,IDMap,Flat");
    row("IDMap2,Flat,IDMap", "Flat,IDMap,IDMap2");
    row("IVF1024,Flat,IDMap2");
    row("MinMax,SQ8");
    row("MinMaxFP16,IVF100,SQ8,RFlat");
    row("HNSW", "HNSW32");
    row("HNSW32,", "HNSW32");
    row("HNSW32_Flat", "HNSW32");
    row("HNSW32_PQ12", "HNSW32,PQ12");
    row("HNSW16,64+PQ8");
    row("HNSW16,2x6+PQ8");
    row("HNSW16,FlatPanorama", "HNSW16,FlatPanorama");
    row("NSG64,SQ8");
    row("SVSVamana64,LVQ4x8");
    row("SVSVamana64,LeanVec4x8_160");
    row("SVSIVF1024,FP16");
    row("SVSFlat");
    row("IMI2x10,PQ16");
    row("Residual2x8,PQ8");
    row("Residual64,PQ8x4");
    row("PQ16x8", "PQ16");
    row("PQ16x10np");
    row("PQ16x4fs_32", "PQ16x4fs");
    row("PQ16x4fs_64");
    row("IVF100,PQ16x4fsr_64");
    row("IVF100,PQ8+16");
    row("RQ1x16_6x8_Nqint8");
    row("IVF100,RQ4x8_Nrq2x4");
    row("IVF100,LSQ4x8_2x6");
    row("RQ16x4fs_64_Nlsq2x4");
    row("IVF100,PLSQ4x2x4fsr_Nrq2x4");
    row("PRQ2x4x8_Nfloat");
    row("RCQ2x8");
    row("LSCQ2x8");
    row("IVF100,ITQ64,SH-1e10c");
    row("IVF100,PCAR,SH");
    row("IVF100,ITQ,SHg");
    row("RaBitQ");
    row("RaBitQ1", "RaBitQ");
    row("IVF256,RaBitQ4");
    row("IVF256,RaBitQfs4_64");
    row("RaBitQfs_32", "RaBitQfs");
    row("Vamana64,RaBitQfs_32", "Vamana64,RaBitQfs");
    row("EDEN4BIAS");
    row("FlatL2Panorama8_1024", "FlatL2Panorama8");
    row("IVF100,FlatPanorama8_512", "IVF100,FlatPanorama_512");
    row("IVF100,FlatPanorama_512");
    row("IVF100,FlatPanorama4,RefinePanorama(SQ8)");
    row("ZnLattice4x10_6");
    row("SQ8_direct_signed");
    row("Vamana64");
    row("Vamana64,Flat", "Vamana64");
    row("Vamana64,PQ32");
    row("DiskANN64,PQ32");
}

void TestSpecParser::prints_what_it_parsed() {
    QFETCH(QString, text);
    QFETCH(QString, canonical);
    const auto spec = parse_spec(text.toStdString());
    QVERIFY2(spec.ok(), spec ? "" : qPrintable(QString::fromStdString(spec.error().message)));
    QCOMPARE(QString::fromStdString(print(*spec)), canonical.isEmpty() ? text : canonical);
    const auto again = parse_spec(print(*spec));
    QVERIFY(again.ok());
    QCOMPARE(describe(again->root), describe(spec->root));
}

void TestSpecParser::trees_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("tree");
    const auto row = [](const char* text, const SpecNode& tree) {
        QTest::addRow("%s", text) << QString::fromLatin1(text) << describe(tree);
    };
    row("IVF1024,Flat", node("IVF", {1024}, {node("Flat")}));
    row("Vamana64", node("Vamana", {64}));
    row("IVF1024_HNSW,PQ16", node("IVF", {1024}, {node("PQ", {16, 8}), node("HNSW", {32})}));
    row("PQ16x4fs", node("PQ", {16, 4, 32}, {}, "fs"));
    row("PCA64,IVF256,PQ16,RFlat",
        node("RFlat", {},
             {node("PreTransform", {}, {node("PCA", {64}), node("IVF", {256}, {node("PQ", {16, 8})})})}));
    row("IDMap,PCA8,Flat", node("IDMap", {}, {node("PreTransform", {}, {node("PCA", {8}), node("Flat")})}));
    row("Flat,RFlat,Refine(SQ8)", node("Refine", {}, {node("RFlat", {}, {node("Flat")}), node("SQ8")}));
    row("IVF10,PCAR32,SH0.5g", node("IVF", {10}, {node("SH", {}, {node("PCAR", {32})}, "0.5g")}));
    row("HNSW8,2x6+PQ8", node("HNSW", {8}, {node("2LevelIMI", {6, 8})}));
}

void TestSpecParser::trees() {
    QFETCH(QString, text);
    QFETCH(QString, tree);
    const auto spec = parse_spec(text.toStdString());
    QVERIFY(spec.ok());
    QCOMPARE(describe(spec->root), tree);
}

void TestSpecParser::random_trees_round_trip() {
    test::RandomSpec random(20260101, false);
    for (int i = 0; i < 20000; ++i) {
        const IndexSpec spec = random.make();
        const std::string text = print(spec);
        const auto again = parse_spec(text);
        QVERIFY2(again.ok(),
                 again ? "" : qPrintable(QString::fromStdString(text + ": " + again.error().message)));
        QVERIFY2(*again == spec,
                 qPrintable(QString::fromStdString(text) + QStringLiteral(" gives ") + describe(again->root) +
                            QStringLiteral(" instead of ") + describe(spec.root)));
        QCOMPARE(print(*again), text);
    }
}

void TestSpecParser::random_mutations_never_crash() {
    test::RandomSpec random(7, false);
    std::mt19937 random_bits(8);
    const auto below = [&](std::size_t n) {
        return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_bits);
    };
    const std::string alphabet = "0123456789,()_+-.xfsrnpIVFPQHNSWlatMRe |\x01\xc3\xff";
    int rejected = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string text = print(random.make());
        for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
            const std::size_t at = below(text.size() + 1);
            const char c = alphabet[below(alphabet.size())];
            switch (below(3)) {
            case 0:
                text.insert(at, 1, c);
                break;
            case 1:
                text.erase(at, 1 + below(4));
                break;
            default:
                if (at < text.size())
                    text[at] = c;
            }
        }
        const auto spec = parse_spec(text);
        if (spec) {
            const auto again = parse_spec(print(*spec));
            QVERIFY2(again.ok() && *again == *spec, text.c_str());
            continue;
        }
        ++rejected;
        const std::string& message = spec.error().message;
        QVERIFY2(!message.empty() && std::string_view(".?)").find(message.back()) != std::string_view::npos,
                 message.c_str());
        QVERIFY2(spec.error().column >= 0 && spec.error().column <= static_cast<int>(text.size()),
                 text.c_str());
    }
    QVERIFY(rejected > 5000);
}

void TestSpecParser::errors_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* text, int column, const char* says) {
        QTest::addRow("%s", text) << QString::fromLatin1(text) << column << QString::fromLatin1(says);
    };
    row("", 0, "is empty; expected an index such as Flat");
    row("IVF1024", 7, "IVF1024 needs a code");
    row("IVF1024,", 8, "Expected a code such as Flat, SQ8, PQ16 or PQ32x4fs after the comma.");
    row("IVF1024,flat", 8, "Did you mean Flat?");
    row("ivf1024,Flat", 0, "Did you mean IVF?");
    row("IVF0,Flat", 3, "nlist must be a whole number from 1 to 2147483647, not 0.");
    row("IVF,Flat", 3, "nlist must be a whole number from 1");
    row("IVF99999999999999999999,Flat", 3, "not 99999999999999999999.");
    row("IVF2048M,Flat", 3, "nlist must be at most");
    row("IVF1024;Flat", 7, "The character ; does not occur");
    row("IVF1024, Flat", 8, "has no spaces");
    row("IVF1024,Flat,PQ8", 13,
        "Expected RFlat, Refine(...) or IDMap after \"IVF1024,Flat\", found \"PQ8\".");
    row("IVF1024,PCA64,Flat", 14, "Expected SH after \"PCA64\"");
    row("IVF1024,OPQ16", 8, "A transform stands before an index");
    row("IVF65536_HNSW32", 15, "needs a code");
    row("IVF65536_Foo,Flat", 8, "coarse quantiser such as _HNSW32");
    row("IVF65536(Flat,Flat", 18, "Expected ) to close the ( in column 9.");
    row("Flat)", 4, "closes nothing");
    row("HNSW0", 4, "M must be a whole number from 2 to 4096, not 0.");
    row("HNSW32,Foo", 7, "Expected a code such as Flat, SQ8, PQ16 or 64+PQ8, found \"Foo\".");
    row("HNSW32,64+PQ", 12, "Expected a number after \"64+PQ\"");
    row("Vamana", 6, "The degree R must be a whole number from 1 to 4096");
    row("Vamana0", 6, "not 0.");
    row("Vamana64_L100", 8,
        "Expected a comma and a code, or nothing more after \"Vamana64\", found \"_L100\".");
    row("PQ0", 2, "M must be a whole number from 1");
    row("PQ16x25", 5, "The bits of a code must be a whole number from 1 to 24, not 25.");
    row("PQ16x0", 5, "not 0.");
    row("PQ16x8fs", 5, "Fast scan works on 4 bits");
    row("PQ16x4fs_33", 9, "multiple of 32, not 33.");
    row("PQ16x4fs_0", 9, "must be a whole number from 32");
    row("PQ16x4fsr", 8, "found \"r\"");
    row("SQ5", 2, "Expected one of 0, 4, 8, 6, fp16");
    row("SQ", 2, "Expected one of 0");
    row("PCA64", 5, "is a transform: expected a comma and an index");
    row("PCA0,Flat", 3, "not 0.");
    row("PCA,Flat", 3, "Expected a number after \"PCA\"");
    row("PCA64,L2norm", 6, "L2norm is a transform");
    row("PCA64,", 6, "Expected an index such as Flat");
    row("OPQ16_50,Flat", 6, "must be a multiple of M = 16, not 50.");
    row(",Flat", 0, "Expected an index");
    row("Flat,", 5, "Expected RFlat, Refine(...) or IDMap after \"Flat\".");
    row("RFlat", 0, "needs an index before it");
    row("Refine(Flat)", 0, "needs an index before it");
    row("Flat,Refine()", 12, "Expected an index");
    row("Flat,Refine(Foo)", 12, "found \"Foo\"");
    row("Flat,Refine(Flat,Refine(Flat))", 17, "Faiss cannot read Refine(...) inside");
    row("Flat,RefinePanorama(Flat),Refine(Flat)", 5, "Faiss cannot read RefinePanorama(...) inside");
    row("Flat,Refine(Flat)x", 5, "found \"Refine(Flat)x\"");
    row("IMI2x0,Flat", 5, "not 0.");
    row("IMI3x8,Flat", 3, "Expected 2x");
    row("MinMax,IVF10(IVF4,Flat),Flat", 12, "Faiss cannot read parentheses after MinMax");
    row("Residual2x25,PQ8", 10, "not 25.");
    row("Residual64,Flat", 11, "Expected a product quantiser");
    row("MinMax", 6, "needs a comma and an index");
    row("IVF100,ITQ64", 12, "Expected a comma and SH");
    row("IVF100,ITQ64,SHx", 15, "Expected the period");
    row("IVF100,ITQ64,SH1e99", 15, "Expected the period");
    row("RQ2x4fs_32_Nfoo", 10, "Expected a norm");
    row("DiskANN64", 9, "needs a comma and a product quantiser");
    row("SVSFoo", 3, "Expected Flat, Vamana or IVF");
    row("SVSVamana64,Flat", 12, "Expected FP16, SQ8");
}

void TestSpecParser::errors() {
    QFETCH(QString, text);
    QFETCH(int, column);
    QFETCH(QString, says);
    const auto spec = parse_spec(text.toStdString());
    QVERIFY(!spec.ok());
    QCOMPARE(name(spec.error().code), name(ErrorCode::ParseError));
    const QString message = QString::fromStdString(spec.error().message);
    QVERIFY2(message.contains(says), qPrintable(message));
    QVERIFY2(spec.error().column == column,
             qPrintable(QStringLiteral("column %1: %2").arg(spec.error().column).arg(message)));
}

void TestSpecParser::hostile_input() {
    const auto rejected = [](const std::string& text) { return !parse_spec(text).ok(); };
    QVERIFY(rejected(std::string(1'000'000, '(')));
    QVERIFY(rejected(std::string(4000, '(')));
    QVERIFY(rejected(std::string(2000, '(') + std::string(2000, ')')));
    QVERIFY(rejected(std::string(1'000'000, ',')));
    QVERIFY(rejected("IVF" + std::string(4000, '9') + ",Flat"));
    QVERIFY(rejected("Fl\xc3\xa4t"));
    QVERIFY(rejected(std::string("Flat\0", 5)));
    std::string chain;
    for (int i = 0; i < 600; ++i)
        chain += "IDMap,";
    QVERIFY(rejected(chain + "Flat"));
    std::string nested = "Flat", deep;
    for (int i = 0; i < 200; ++i)
        deep += "IVF2(";
    for (int i = 0; i < 200; ++i)
        nested += "),Flat";
    QVERIFY(rejected(deep + nested));
    std::string transforms;
    for (int i = 0; i < 600; ++i)
        transforms += "PCA4,";
    QVERIFY(parse_spec(transforms + "Flat").ok());
}

void TestSpecParser::columns_of_nodes() {
    const auto spec = parse_spec("OPQ16,IVF64(HNSW8,SQ8),PQ16,RFlat");
    QVERIFY(spec.ok());
    QCOMPARE(spec->root.column, 28);
    const SpecNode& chain = spec->root.children[0];
    QCOMPARE(chain.children[0].column, 0);
    const SpecNode& ivf = chain.children[1];
    QCOMPARE(ivf.column, 6);
    QCOMPARE(ivf.children[0].column, 23);
    QCOMPARE(ivf.children[1].column, 12);
    QCOMPARE(ivf.children[1].children[0].column, 18);
}

void TestSpecParser::binary_is_unsupported_by_name() {
    for (const char* text :
         {"BFlat", "BIVF1024", "BIVF1024_HNSW32", "BHNSW32", "BHash16", "BHash4x16", "IDMap,BFlat"}) {
        const auto spec = parse_spec(text);
        QVERIFY(!spec.ok());
        QCOMPARE(name(spec.error().code), name(ErrorCode::Unsupported));
        QVERIFY(spec.error().message.find("is a binary index") != std::string::npos);
    }
}

void TestSpecParser::faiss_reads_what_we_accept() {
    test::RandomSpec random(99, true);
    QStringList lines;
    for (int i = 0; i < 600; ++i)
        lines << QString::fromStdString(print(random.make()));
    const QStringList verdicts = faiss_verdicts(lines);
    if (verdicts.isEmpty())
        QSKIP("no faiss for /usr/bin/python3 here");
    QCOMPARE(verdicts.size(), lines.size());
    QStringList rejected;
    for (qsizetype i = 0; i < lines.size(); ++i)
        if (verdicts[i] != QStringLiteral("ok"))
            rejected << lines[i] + QStringLiteral(": ") + verdicts[i];
    QVERIFY2(rejected.isEmpty(), qPrintable(rejected.join(u'\n')));
}

void TestSpecParser::faiss_rejects_what_we_reject() {
    QStringList lines;
    for (const char* text : {"IVF1024",
                             "IVF1024,",
                             "IVF1024,flat",
                             "IVF1024, Flat",
                             "IVF1024,Flat,PQ8",
                             "IVF65536_HNSW32",
                             "Flat)",
                             "HNSW32,Foo",
                             "PQ16x4fsr",
                             "SQ5",
                             "PCA64",
                             "PCA64,L2norm",
                             ",Flat",
                             "Flat,",
                             "RFlat",
                             "Refine(Flat)",
                             "Flat,Refine()",
                             "Flat,Refine(Flat,Refine(Flat))",
                             "Flat,Refine(Flat)x",
                             "IMI3x8,Flat",
                             "Residual64,Flat",
                             "MinMax",
                             "IVF100,ITQ64",
                             "IVF100,OPQ16",
                             "RQ2x4fs_32_Nfoo",
                             "IVF9999999999,Flat",
                             "PQ16x4fs_33"}) {
        QVERIFY2(!parse_spec(text).ok(), text);
        lines << QString::fromLatin1(text);
    }
    const QStringList verdicts = faiss_verdicts(lines);
    if (verdicts.isEmpty())
        QSKIP("no faiss for /usr/bin/python3 here");
    QCOMPARE(verdicts.size(), lines.size());
    for (qsizetype i = 0; i < lines.size(); ++i)
        QVERIFY2(verdicts[i] != QStringLiteral("ok"), qPrintable(lines[i]));
}

QTEST_GUILESS_MAIN(TestSpecParser)
#include "tst_spec_parser.moc"
