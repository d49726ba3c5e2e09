using System.Globalization;
using System.Text;
using Socorro.Minidumps.Symbols.Text;

namespace Socorro.Minidumps.Tests.Symbols;

public sealed class DigitsTests
{
    [Fact]
    public void Are_read_at_any_length_and_place()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var hex = random.NextInt64(1L << random.Next(1, 33)).ToString("x", CultureInfo.InvariantCulture);
            hex = hex.PadLeft(Math.Min(8, hex.Length + random.Next(3)), '0');
            var number = random.NextInt64(1L << random.Next(1, 30)).ToString(CultureInfo.InvariantCulture);
            var text = Encoding.ASCII.GetBytes($"{(i % 3 == 0 ? hex.ToUpperInvariant() : hex)} {number}\n{new string('7', i % 10)}");
            var position = 0;

            Assert.True(Digits.TryReadHex(text, ref position, out var address));
            Assert.True(Digits.TryReadDecimal(text, (byte)'\n', ref position, out var line));
            Assert.Equal((hex.Length + number.Length + 2, hex, number),
                (position, address.ToString("x", CultureInfo.InvariantCulture).PadLeft(hex.Length, '0'),
                    line.ToString(CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void Are_the_characters_that_they_are_and_no_others()
    {
        for (var character = 0; character < 256; character++)
        {
            for (var place = 0; place < 3; place++)
            {
                var text = "123 456789"u8.ToArray();
                text[place] = (byte)character;
                var isHex = character < 128 && char.IsAsciiHexDigit((char)character) || character == ' ' && place > 0;
                var isDecimal = character < 128 && char.IsAsciiDigit((char)character) || character == ' ' && place > 0;
                var position = 0;

                Assert.Equal(isHex, Digits.TryReadHex(text, ref position, out _));
                position = 0;
                Assert.Equal(isDecimal, Digits.TryReadDecimal(text, (byte)' ', ref position, out _));
            }
        }
    }

    [Theory]
    [InlineData("123456789 ")]
    [InlineData("12345678")]
    [InlineData(" ")]
    [InlineData("")]
    public void Are_not_hexadecimal_if_too_many_or_without_an_end(string text)
    {
        var position = 0;

        Assert.False(Digits.TryReadHex(Encoding.ASCII.GetBytes(text), ref position, out _));
    }
}
