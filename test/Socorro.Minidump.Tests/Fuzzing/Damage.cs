using System.Buffers.Binary;

namespace Socorro.Minidumps.Tests.Fuzzing;

/// <summary>Damages bytes in the ways that break readers of binary formats.</summary>
static class Damage
{
    static readonly uint[] Numbers =
    [
        0, 1, 2, 4, 7, 8, 12, 16, 32, 48, 108, 255, 256, 4095, 4096, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0x8000_0001,
        0xffff_0000, 0xffff_fff0, 0xffff_fffc, 0xffff_ffff,
    ];

    /// <summary>A copy of <paramref name="original"/> with a few wounds, now and then cut short.</summary>
    /// <param name="donor">Another input, whose pieces may come into this one.</param>
    public static byte[] Of(ReadOnlySpan<byte> original, ReadOnlySpan<byte> donor, Random random)
    {
        var bytes = original.ToArray();
        for (var wounds = 1 + random.Next(1 + random.Next(10)); wounds > 0; wounds--)
            Wound(bytes, donor, random);

        return random.Next(16) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    static void Wound(byte[] bytes, ReadOnlySpan<byte> donor, Random random)
    {
        // Header and directory of a dump are few bytes that all others depend on.
        var at = random.Next(random.Next(8) == 0 ? Math.Min(bytes.Length, 512) : bytes.Length);
        var word = at & ~3;
        var room = bytes.AsSpan(word);
        switch (random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when room.Length >= 4:
                BinaryPrimitives.WriteUInt32LittleEndian(room, Numbers[random.Next(Numbers.Length)]);
                break;
            case 3 when room.Length >= 4:
                // Another offset into the input: structures get to overlap each other, and lists to lead in circles.
                BinaryPrimitives.WriteUInt32LittleEndian(room, (uint)random.Next(bytes.Length));
                break;
            case 4 when room.Length >= 8:
                BinaryPrimitives.WriteUInt64LittleEndian(room, (ulong)random.NextInt64() << random.Next(64));
                break;
            case 5:
                CopyPiece(bytes, bytes, random);
                break;
            default:
                CopyPiece(donor, bytes, random);
                break;
        }
    }

    static void CopyPiece(ReadOnlySpan<byte> from, Span<byte> to, Random random)
    {
        var length = 1 + random.Next(Math.Min(64, Math.Min(from.Length, to.Length)));
        var target = random.Next(to.Length - length + 1);
        // Mostly to the same place, where the same structure may be.
        var source = random.Next(2) == 0 && target + length <= from.Length ? target : random.Next(from.Length - length + 1);
        from.Slice(source, length).CopyTo(to[target..]);
    }
}
