using System.Buffers.Binary;
using System.IO.Compression;
using Socorro.Minidumps.Symbols.Stores;

namespace Socorro.Minidumps.Tests.Symbols;

public sealed class CabinetTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(32_768)]
    [InlineData(100_000)]
    public void Expands_what_was_packed(int length)
    {
        var content = new byte[length];
        for (var i = 0; i < length; i++)
            content[i] = (byte)(i / 7 % 50);
        using var output = new MemoryStream();

        Assert.True(Cabinet.TryExpand(Pack(content), output, length));
        Assert.Equal(content, output.ToArray());
    }

    [Fact]
    public void Refuses_what_is_too_large_or_no_cabinet()
    {
        using var output = new MemoryStream();

        Assert.False(Cabinet.TryExpand(Pack(new byte[1000]), output, 999));
        Assert.False(Cabinet.TryExpand(new byte[100], output, 1000));
    }

    [Fact]
    public void Survives_any_damage()
    {
        var packed = Pack(new byte[50_000]);
        var random = new Random(5);
        for (var round = 0; round < 2000; round++)
        {
            var damaged = packed.ToArray();
            damaged[random.Next(Math.Min(damaged.Length, 80))] = (byte)random.Next(256);
            Cabinet.TryExpand(damaged.AsSpan(0, random.Next(damaged.Length)), Stream.Null, 1 << 20);
        }
    }

    /// <summary>A cabinet of one file, each block packed without looking at the one before.</summary>
    internal static byte[] Pack(byte[] content)
    {
        using var cabinet = new MemoryStream();
        var header = new byte[36 + 8];
        "MSCF"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(36), (uint)header.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(40), (ushort)((content.Length + 32_767) / 32_768));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(42), 1);
        cabinet.Write(header);
        foreach (var block in content.Chunk(32_768))
        {
            using var packed = new MemoryStream();
            packed.Write("CK"u8);
            using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                deflate.Write(block);
            var blockHeader = new byte[8];
            BinaryPrimitives.WriteUInt16LittleEndian(blockHeader.AsSpan(4), (ushort)packed.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(blockHeader.AsSpan(6), (ushort)block.Length);
            cabinet.Write(blockHeader);
            cabinet.Write(packed.ToArray());
        }

        return cabinet.ToArray();
    }
}
