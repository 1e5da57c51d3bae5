// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index_spec.h"

#include <string>
#include <string_view>

namespace annscope {

// How each form of a factory string maps to a tree {name, {numbers}, "suffix", [children]}. Two texts that
// make the same Faiss object give the same tree; defaults are filled in, so kinds need not know them.
//
//   Around an index (the last one in the text is the outermost, as in Faiss)
//     X,IDMap  IDMap,X  X,IDMap2  IDMap2,X       {IDMap, [X]}  {IDMap2, [X]}
//     X,RFlat                                    {RFlat, [X]}
//     X,Refine(Y)  X,RefinePanorama(Y)           {Refine, [X, Y]}  {RefinePanorama, [X, Y]}
//     T1,T2,X  (transforms)                      {PreTransform, [T1, T2, X]}
//     MinMax,X  MinMaxFP16,X                     {MinMax, [X]}  {MinMaxFP16, [X]}
//   Transforms
//     PCA64 PCAW64 PCAR64 PCAWR64 Pad64          {PCA, {64}} {PCAW, {64}} ... {Pad, {64}}
//     L2norm L2Norm RR RR64 HR HR7 ITQ ITQ64     {L2norm} {RR} {RR, {64}} {HR} {HR, {7}} {ITQ} {ITQ, {64}}
//     OPQ16 OPQ16_64                             {OPQ, {16}} {OPQ, {16, 64}}
//   Indexes
//     IVF1024,C  IVF1k,C  IVF1M,C                {IVF, {1024}, [C]}; k is 1024, M is 1048576
//     IVF1024_HNSW32,C  IVF1024(HNSW32),C        {IVF, {1024}, [C, {HNSW, {32}}]}: a coarse quantiser that is
//     IVF1024(IVF16,Flat),C                       not flat is the second child; _NSG32 alike
//     IVF1024_SVSVamana32_SQ8,C                  {IVF, {1024}, [C, {SVSVamana, {32}, "_SQ8"}]}
//     IMI2x10,C                                  {IMI, {2, 10}, [C]}
//     Residual2x8,PQ8  Residual64,PQ8            {Residual, {2, 8}, [PQ]}  {Residual, {64}, [PQ]}
//     HNSW HNSW32 HNSW32,Flat HNSW32_Flat        {HNSW, {32}}; with another code {HNSW, {32}, [C]}; NSG alike
//     HNSW32,64+PQ8  HNSW32,2x6+PQ8              {HNSW, {32}, [{2Level, {64, 8}}]}  [{2LevelIMI, {6, 8}}]
//     SVSFlat SVSVamana64,LVQ4x8 SVSIVF64        {SVSFlat} {SVSVamana, {64}, [{LVQ4x8}]} {SVSIVF, {64}};
//                                                 LeanVec4x4_160 is {LeanVec4x4, {160}}
//     Vamana64 Vamana64,Flat Vamana64,SQ8        {Vamana, {64}} {Vamana, {64}, [C]}: our own, not Faiss
//     Vamana64,RaBitQfs                          {Vamana, {64}, [{RaBitQfs, {1, 32}}]}
//     DiskANN64,PQ32                             {DiskANN, {64}, [PQ]}: our own, not Faiss
//   Codes (C above; most are an index by themselves too)
//     Flat FlatDedup SQ8 SQfp16 SQ8_direct ...   the name alone
//     FlatPanorama FlatPanorama4_512             {FlatPanorama, {8}} in HNSW, {FlatPanorama, {4, 512}} in IVF
//     FlatL2Panorama8 FlatIPPanorama8_512        {FlatL2Panorama, {8, 1024}} {FlatIPPanorama, {8, 512}}
//     PQ16 PQ16x10np                             {PQ, {16, 8}} {PQ, {16, 10}, "np"}
//     PQ16x4fs PQ16x4fsr_64                      {PQ, {16, 4, 32}, "fs"} {PQ, {16, 4, 64}, "fsr"}
//     PQ8+16                                     {PQR, {8, 16}}
//     RQ1x16_6x8_Nqint8 LSQ4x8 RCQ2x8 LSCQ2x8    {RQ, {1, 16, 6, 8}, "_Nqint8"} {LSQ, {4, 8}} ...
//     RQ16x4fsr_64_Nrq2x4                        {RQ, {16, 4, 64}, "fsr_Nrq2x4"}; LSQ alike
//     PRQ2x4x8 PLSQ2x4x8 PRQ2x8x4fs              {PRQ, {2, 4, 8}} {PRQ, {2, 8, 4, 32}, "fs"}
//     ITQ64,SH PCAR64,SH-1e10c                   {SH, [{ITQ, {64}}]} {SH, {}, "-1e10c", [{PCAR, {64}}]}
//     RaBitQ RaBitQ4 RaBitQfs4_64                {RaBitQ, {1}} {RaBitQ, {4}} {RaBitQfs, {4, 64}}
//     EDEN EDEN4BIAS                             {EDEN} {EDEN, {4}, "BIAS"}
//     LSH LSH64rt ZnLattice4x10_6                {LSH} {LSH, {64}, "rt"} {ZnLattice, {4, 10, 6}}

/// Parses a factory string: the complete grammar of Faiss 1.15, plus our Vamana{R} and DiskANN{R},PQ{M}.
/// Every number is range checked. Cost: microseconds. Errors: ParseError with the column and what was
/// expected there; Unsupported, also with the column, for the binary indexes (BIVF, BHNSW, BHash, BFlat).
Result<IndexSpec> parse_spec(std::string_view text);

/// FACTORY|BUILD|SEARCH, the last two optional; white space around the line is ignored. Names and ranges are
/// checked against the kind where it is built. Errors: ParseError with the column in the whole line.
Result<Configuration> parse_configuration(std::string_view line);
/// The line, without empty parts at its end.
std::string print(const Configuration& configuration);

} // namespace annscope
