// A union-find in memory over interned identifiers, in C++ and nothing else.
//
//     union_find EVENTS ANSWER WINDOW
//
// Scans lines of the one shape {"op":"link","a":"…","b":"…",… , keeps every identifier's bytes
// once, compares them whenever a hash is met again, and joins by size with path halving. Says
// "folded", waits for a line, and writes `identifier<tab>root`. WINDOW links are scanned, hashed
// and have their slots prefetched before they are looked up; 1 takes one link after the other.
// Nothing is durable, nothing can be taken back, nobody's word is kept.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "union_find: %s\n", what);
    std::exit(3);
}

struct Bytes {
    const char* start;
    uint32_t length;
    uint64_t hash;
};

uint64_t word(const char* from) {
    uint64_t value;
    std::memcpy(&value, from, 8);
    return value;
}

uint64_t mix(uint64_t a, uint64_t b) {
    __uint128_t product = static_cast<__uint128_t>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Eight bytes at a time; reads up to seven bytes behind the end, which the file has.
uint64_t hashOf(const char* start, uint32_t length) {
    uint64_t state = 0x9E3779B97F4A7C15 ^ length;
    for (; length >= 8; start += 8, length -= 8) {
        state = mix(state ^ word(start), 0xD6E8FEB86659FD93);
    }
    if (length > 0) {
        state = mix(state ^ (word(start) << (64 - 8 * length)), 0xA0761D6478BD642F);
    }
    return state ^ (state >> 32);
}

// Identifiers by ordinal: their bytes in blocks that never move, and a table of open addressing
// whose slots hold the upper half of the hash and the ordinal.
class Interned {
public:
    Interned() : slots(1 << 16), mask(slots.size() - 1) {}

    void prefetch(uint64_t hash) const { __builtin_prefetch(&slots[hash & mask]); }

    uint32_t ordinal(const Bytes& bytes) {
        const uint32_t upper = static_cast<uint32_t>(bytes.hash >> 32);
        uint64_t place = bytes.hash & mask;
        for (; slots[place].next != 0; place = (place + 1) & mask) {
            if (slots[place].upper != upper) continue;
            const char* name = names[slots[place].next - 1];
            uint16_t length;
            std::memcpy(&length, name, 2);
            if (length == bytes.length && std::memcmp(name + 2, bytes.start, length) == 0) {
                return slots[place].next - 1;
            }
        }
        keep(bytes);
        slots[place] = {upper, static_cast<uint32_t>(names.size())};
        if (names.size() * 2 > slots.size()) grow();
        return static_cast<uint32_t>(names.size() - 1);
    }

    const char* name(uint32_t ordinal) const { return names[ordinal]; }
    uint32_t count() const { return static_cast<uint32_t>(names.size()); }

private:
    struct Slot {
        uint32_t upper;
        uint32_t next;  // the ordinal plus one; 0 is free
    };
    static constexpr size_t blockBytes = 1 << 20;

    void keep(const Bytes& bytes) {
        if (bytes.length > 1100) fail("an identifier is too long");
        if (left < bytes.length + 2) {
            block = static_cast<char*>(std::malloc(blockBytes));
            if (block == nullptr) fail("no memory");
            left = blockBytes;
        }
        const uint16_t length = static_cast<uint16_t>(bytes.length);
        std::memcpy(block, &length, 2);
        std::memcpy(block + 2, bytes.start, length);
        names.push_back(block);
        hashes.push_back(static_cast<uint32_t>(bytes.hash));
        block += length + 2;
        left -= length + 2;
    }

    // The table never has more slots than the lower half of a hash can tell apart.
    void grow() {
        if (slots.size() >= (uint64_t{1} << 32)) fail("too many identifiers");
        std::vector<Slot> old(slots.size() * 2);
        old.swap(slots);
        mask = slots.size() - 1;
        for (const Slot& slot : old) {
            if (slot.next == 0) continue;
            uint64_t place = hashes[slot.next - 1] & mask;
            while (slots[place].next != 0) place = (place + 1) & mask;
            slots[place] = slot;
        }
    }

    std::vector<Slot> slots;
    uint64_t mask;
    std::vector<const char*> names;
    std::vector<uint32_t> hashes;
    char* block = nullptr;
    size_t left = 0;
};

class Forest {
public:
    void cover(uint32_t count) {
        while (parents.size() < count) {
            parents.push_back(static_cast<uint32_t>(parents.size()));
            sizes.push_back(1);
        }
    }
    uint32_t root(uint32_t node) {
        while (parents[node] != node) {
            parents[node] = parents[parents[node]];
            node = parents[node];
        }
        return node;
    }
    void join(uint32_t a, uint32_t b) {
        a = root(a);
        b = root(b);
        if (a == b) return;
        if (sizes[a] < sizes[b]) std::swap(a, b);
        parents[b] = a;
        sizes[a] += sizes[b];
    }

private:
    std::vector<uint32_t> parents;
    std::vector<uint32_t> sizes;
};

constexpr char beforeA[] = "{\"op\":\"link\",\"a\":\"";
constexpr char beforeB[] = "\",\"b\":\"";

// Reads an identifier that begins at `from` and ends at the next quote.
Bytes identifier(const char* from, const char* end) {
    const void* quote = std::memchr(from, '"', static_cast<size_t>(end - from));
    if (quote == nullptr) fail("a line has another shape");
    const auto length = static_cast<uint32_t>(static_cast<const char*>(quote) - from);
    return {from, length, hashOf(from, length)};
}

}  // namespace

int main(int count, char** words) {
    if (count != 4) fail("EVENTS ANSWER WINDOW");
    const int file = open(words[1], O_RDONLY);
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0 || about.st_size < 64) fail("no events");
    const auto size = static_cast<size_t>(about.st_size);
    auto* text = static_cast<const char*>(mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0));
    if (text == MAP_FAILED) fail("the events cannot be mapped");
    madvise(const_cast<char*>(text), size, MADV_SEQUENTIAL);
    const auto window = static_cast<size_t>(std::strtoul(words[3], nullptr, 10));
    if (window == 0) fail("WINDOW is at least 1");

    Interned interned;
    Forest forest;
    std::vector<Bytes> waiting;
    waiting.reserve(2 * window);
    const char* const end = text + size;
    for (const char* line = text; line < end;) {
        waiting.clear();
        for (; line < end && waiting.size() < 2 * window;) {
            if (static_cast<size_t>(end - line) < sizeof beforeA ||
                std::memcmp(line, beforeA, sizeof beforeA - 1) != 0) {
                fail("a line has another shape");
            }
            const Bytes a = identifier(line + sizeof beforeA - 1, end);
            const char* behind = a.start + a.length;
            if (static_cast<size_t>(end - behind) < sizeof beforeB ||
                std::memcmp(behind, beforeB, sizeof beforeB - 1) != 0) {
                fail("a line has another shape");
            }
            const Bytes b = identifier(behind + sizeof beforeB - 1, end);
            waiting.push_back(a);
            waiting.push_back(b);
            interned.prefetch(a.hash);
            interned.prefetch(b.hash);
            behind = b.start + b.length;
            const void* last = std::memchr(behind, '\n', static_cast<size_t>(end - behind));
            line = last == nullptr ? end : static_cast<const char*>(last) + 1;
        }
        for (size_t place = 0; place < waiting.size(); place += 2) {
            const uint32_t a = interned.ordinal(waiting[place]);
            const uint32_t b = interned.ordinal(waiting[place + 1]);
            forest.cover(interned.count());
            forest.join(a, b);
        }
    }

    std::puts("folded");
    std::fflush(stdout);
    std::getchar();
    FILE* answer = std::fopen(words[2], "wb");
    if (answer == nullptr) fail("the answer cannot be written");
    for (uint32_t node = 0; node < interned.count(); node++) {
        uint16_t length;
        std::memcpy(&length, interned.name(node), 2);
        std::fwrite(interned.name(node) + 2, 1, length, answer);
        std::fprintf(answer, "\t%u\n", forest.root(node));
    }
    if (std::fclose(answer) != 0) fail("the answer cannot be written");
    return 0;
}
