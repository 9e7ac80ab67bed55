// Tensors of strings as TensorFlow 2 has them, which tfjs-node's add-on is written for. TensorFlow 1.15 has others, and no network has any.
#pragma once
#include <cstddef>
#include <cstdlib>

struct TF_TString {
  char opaque[24];
};
inline void TF_TString_Init(TF_TString*) { std::abort(); }
inline void TF_TString_Copy(TF_TString*, const char*, size_t) { std::abort(); }
inline const char* TF_TString_GetDataPointer(const TF_TString*) { std::abort(); }
inline size_t TF_TString_GetSize(const TF_TString*) { std::abort(); }
inline void TF_TString_Dealloc(TF_TString*) { std::abort(); }
