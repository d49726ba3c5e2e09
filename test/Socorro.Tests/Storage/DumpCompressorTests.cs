using System.Security.Cryptography;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class DumpCompressorTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(1000, 7)]
    [InlineData(65536, 65536)]
    [InlineData(3_000_000, 4096)]
    [InlineData(3_000_000, 3_000_000)]
    public void Gives_back_what_arrived_whatever_the_pieces(int length, int step)
    {
        var bytes = Noise(length);
        using var compressor = new DumpCompressor();
        for (var at = 0; at < length; at += step)
            compressor.Append(bytes.AsSpan(at, Math.Min(step, length - at)));

        var content = compressor.Finish();

        Assert.Equal(length, content.Length);
        Assert.Equal(bytes, Decompressed(content));
    }

    [Fact]
    public void Describes_the_uncompressed_bytes()
    {
        var bytes = Noise(100_000);
        using var compressor = new DumpCompressor();
        compressor.Append(bytes);
        compressor.Finish();

        var entry = compressor.Describe("upload_file_minidump", "a.dmp");

        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        Assert.Equal(new("upload_file_minidump", bytes.Length, hash, "a.dmp"), entry);
    }

    [Fact]
    public void Holds_little_of_a_dump_that_compresses_well()
    {
        using var compressor = new DumpCompressor();
        var zeros = new byte[1 << 20];
        for (var i = 0; i < 64; i++)
            compressor.Append(zeros);

        Assert.InRange(compressor.CompressedLength, 0, 128 * 1024);
        Assert.Equal(64L << 20, compressor.Finish().Length);
    }

    [Fact]
    public void Leaves_no_trace_of_an_abandoned_dump_in_the_next()
    {
        for (var i = 0; i < 70; i++)
        {
            using var abandoned = new DumpCompressor();
            abandoned.Append(Noise(10_000));
        }

        using var compressor = new DumpCompressor();
        compressor.Append("next"u8);

        Assert.Equal("next"u8.ToArray(), Decompressed(compressor.Finish()));
    }

    [Fact]
    public void Never_takes_a_damaged_frame_for_a_good_one()
    {
        var bytes = Noise(5000);
        using var compressor = new DumpCompressor();
        compressor.Append(bytes);
        var frame = compressor.Finish().Compressed[0].ToArray();

        for (var at = 0; at < frame.Length; at++)
        {
            var damaged = frame.ToArray();
            damaged[at] ^= 0x55;
            Assert.True(IsRefusedOrWhole(damaged, bytes), $"with byte {at} damaged");
            Assert.Throws<InvalidDataException>(() => Zstd.Decompress([frame.AsMemory(0, at)], bytes.Length));
        }

        Assert.Throws<InvalidDataException>(() => Zstd.Decompress([frame], bytes.Length - 1));
        Assert.Throws<InvalidDataException>(() => Zstd.Decompress([frame], bytes.Length + 1));
        Assert.Throws<InvalidDataException>(() => Zstd.Decompress([], bytes.Length));
        Assert.Throws<InvalidDataException>(() => Zstd.Decompress([frame], -1));
    }

    // Some bits of the frame's header, such as the size of its window, may change and the bytes are still the same.
    static bool IsRefusedOrWhole(byte[] frame, byte[] bytes)
    {
        try
        {
            return Zstd.Decompress([frame], bytes.Length).AsSpan().SequenceEqual(bytes);
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    static byte[] Decompressed(DumpContent content) => Zstd.Decompress(content.Compressed, content.Length);

    // Half random, half repeated: neither the stored-block nor the compressed path of zstd alone.
    static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        var random = new Random(length);
        for (var at = 0; at < length; at += 200)
            random.NextBytes(bytes.AsSpan(at, Math.Min(100, length - at)));

        return bytes;
    }
}
