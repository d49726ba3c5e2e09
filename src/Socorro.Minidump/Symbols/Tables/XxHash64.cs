using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>The 64-bit xxHash, seed 0: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.</summary>
static class XxHash64
{
    const ulong Prime1 = 0x9E3779B185EBCA87;
    const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    const ulong Prime3 = 0x165667B19E3779F9;
    const ulong Prime4 = 0x85EBCA77C2B2AE63;
    const ulong Prime5 = 0x27D4EB2F165667C5;

    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            var length = (ulong)bytes.Length;
            var hash = (bytes.Length >= 32 ? HashStripes(ref bytes) : Prime5) + length;
            while (bytes.Length >= 8)
            {
                hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                hash = BitOperations.RotateLeft(hash, 27) * Prime1 + Prime4;
                bytes = bytes[8..];
            }

            if (bytes.Length >= 4)
            {
                hash ^= BinaryPrimitives.ReadUInt32LittleEndian(bytes) * Prime1;
                hash = BitOperations.RotateLeft(hash, 23) * Prime2 + Prime3;
                bytes = bytes[4..];
            }

            foreach (var last in bytes)
                hash = BitOperations.RotateLeft(hash ^ last * Prime5, 11) * Prime1;

            hash = (hash ^ hash >> 33) * Prime2;
            hash = (hash ^ hash >> 29) * Prime3;
            return hash ^ hash >> 32;
        }
    }

    static ulong HashStripes(ref ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            var (a, b, c, d) = (Prime1 + Prime2, Prime2, 0UL, 0 - Prime1);
            var lanes = MemoryMarshal.Cast<byte, ulong>(bytes[..(bytes.Length & ~31)]);
            bytes = bytes[(lanes.Length * sizeof(ulong))..];
            for (; lanes.Length >= 4; lanes = lanes[4..])
            {
                a = Round(a, ToLittleEndian(lanes[0]));
                b = Round(b, ToLittleEndian(lanes[1]));
                c = Round(c, ToLittleEndian(lanes[2]));
                d = Round(d, ToLittleEndian(lanes[3]));
            }

            var hash = BitOperations.RotateLeft(a, 1)
                + BitOperations.RotateLeft(b, 7)
                + BitOperations.RotateLeft(c, 12)
                + BitOperations.RotateLeft(d, 18);
            hash = (hash ^ Round(0, a)) * Prime1 + Prime4;
            hash = (hash ^ Round(0, b)) * Prime1 + Prime4;
            hash = (hash ^ Round(0, c)) * Prime1 + Prime4;
            return (hash ^ Round(0, d)) * Prime1 + Prime4;
        }
    }

    static ulong ToLittleEndian(ulong lane) => BitConverter.IsLittleEndian ? lane : BinaryPrimitives.ReverseEndianness(lane);

    static ulong Round(ulong accumulator, ulong lane) =>
        unchecked(BitOperations.RotateLeft(accumulator + lane * Prime2, 31) * Prime1);
}
