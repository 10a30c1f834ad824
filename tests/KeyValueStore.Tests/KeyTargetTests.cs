using Xunit;

namespace KeyValueStore.Tests;

public sealed class KeyTargetTests
{
    [Theory]
    [InlineData("/kv/a", "a", "")]
    [InlineData("/kv/a?read=local", "a", "")]
    [InlineData("/kv/a/cas?expected=/kv/b", "a", "cas")]
    [InlineData("/kv/a%2Fb%20c", "a/b c", "")]
    [InlineData("/kv/%C3%A4+", "ä+", "")]
    [InlineData("/kv/..", "..", "")]
    [InlineData("/kv/a/b/c", "a", "b/c")]
    [InlineData("http://localhost:5080/kv/a/increment", "a", "increment")]
    [InlineData("/kv/", null, "")]
    [InlineData("/kv//cas", null, "cas")]
    [InlineData("/kv/%FF", null, "")]
    [InlineData("/kv/%C3", null, "")]
    [InlineData("/kv/%4", null, "")]
    [InlineData("/kv/%zz", null, "")]
    [InlineData("/kv/ä", null, "")]
    [InlineData("/kv/%ED%A0%80", null, "")]      // Half of a surrogate pair.
    public void A_target_is_a_key_and_an_action(string target, string? key, string action) => Assert.Equal(new KeyTarget(key, action), KeyTarget.Read(target));

    [Theory]
    [InlineData("/kv")]
    [InlineData("/status")]
    [InlineData("/")]
    [InlineData("*")]
    [InlineData("http://localhost")]
    public void Everything_else_is_no_target(string target) => Assert.Null(KeyTarget.Read(target));

    [Fact]
    public void A_key_has_up_to_512_bytes_however_they_are_written()
    {
        Assert.NotNull(KeyTarget.Read("/kv/" + string.Concat(Enumerable.Repeat("%C3%A4", 256)))!.Value.Key);
        Assert.Null(KeyTarget.Read("/kv/" + string.Concat(Enumerable.Repeat("%C3%A4", 256)) + "a")!.Value.Key);
    }
}
