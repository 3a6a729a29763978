// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

// The programs of docs/operations/evm-speed.md. Each is run by eth_call on its deployed code: run(n) does one kind of work n times
// and returns something that depends on all of it, so that machines can be compared by their answers too.

contract Arithmetic {
    function run(uint256 n) external pure returns (uint256 x) {
        unchecked {
            x = 0x123456789abcdef0123456789abcdef;
            for (uint256 i = 1; i <= n; i++) {
                x = x * 6364136223846793005 + i;
                x ^= (x >> 33) | (x << 17);
                x += x / (i | 0x10001);
                x -= x % 1000000007;
                if (x & 1 == 0) x |= i;
            }
        }
    }
}

contract Modular {
    uint256 private constant P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;

    function run(uint256 n) external pure returns (uint256 x) {
        x = 7;
        for (uint256 i = 1; i <= n; ) {
            assembly {
                x := mulmod(x, add(x, i), P)
                x := addmod(x, not(i), P)
                x := add(sdiv(x, 3), smod(x, 1000003))
                i := add(i, 1)
            }
        }
    }
}

contract Exponents {
    function run(uint256 n) external pure returns (uint256 x) {
        unchecked {
            x = 3;
            for (uint256 i = 1; i <= n; i++) x = (x | 3) ** (0x1000003d1 + i) + 10 ** (i & 31);
        }
    }
}

contract Hashes {
    function run(uint256 n) external pure returns (bytes32 h) {
        for (uint256 i = 0; i < n; i++) h = keccak256(abi.encodePacked(h, i));
    }
}

contract LongHashes {
    function run(uint256 n) external pure returns (bytes32 h) {
        bytes memory data = new bytes(4096);
        for (uint256 i = 0; i < n; i++) {
            h = keccak256(data);
            assembly { mstore(add(data, 32), h) }
        }
    }
}

contract Memory {
    function run(uint256 n) external pure returns (uint256 sum) {
        uint256[] memory a = new uint256[](256);
        unchecked {
            for (uint256 round = 0; round < n; round++) {
                for (uint256 i = 0; i < 256; i++) a[i] = a[(i + round) & 255] + i;
                assembly { mcopy(add(a, 64), add(a, 2048), 1024) }
            }
            for (uint256 i = 0; i < 256; i++) sum += a[i];
        }
    }
}

contract Storage {
    mapping(uint256 => uint256) private values;
    uint256 private total;

    function run(uint256 n) external returns (uint256) {
        unchecked {
            for (uint256 i = 0; i < n; i++) {
                values[i & 63] += i;
                total += values[(i * 7) & 63];
            }
        }
        return total;
    }
}

contract Calls {
    function one(uint256 x) external pure returns (uint256) { unchecked { return x * 3 + 1; } }

    function run(uint256 n) external view returns (uint256 x) {
        for (uint256 i = 0; i < n; i++) x = this.one(x);
    }
}

contract Token {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    event Transfer(address indexed from, address indexed to, uint256 value);
    error Insufficient(address account, uint256 balance, uint256 needed);

    function mint(address to, uint256 value) external { balanceOf[to] += value; emit Transfer(address(0), to, value); }
    function approve(address spender, uint256 value) external returns (bool) { allowance[msg.sender][spender] = value; return true; }
    function transfer(address to, uint256 value) external returns (bool) { move(msg.sender, to, value); return true; }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) allowance[from][msg.sender] = allowed - value;
        move(from, to, value);
        return true;
    }

    function move(address from, address to, uint256 value) internal {
        uint256 balance = balanceOf[from];
        if (balance < value) revert Insufficient(from, balance, value);
        unchecked { balanceOf[from] = balance - value; balanceOf[to] += value; }
        emit Transfer(from, to, value);
    }
}

contract Transfers {
    function run(uint256 n) external returns (uint256) {
        Token token = new Token();
        token.mint(address(this), 1e24);
        for (uint256 i = 0; i < n; i++) token.transfer(address(uint160(0x1000 + (i & 31))), 1e12 + i);
        return token.balanceOf(address(this));
    }
}

contract Pair {
    Token public immutable a;
    Token public immutable b;
    uint112 private reserveA;
    uint112 private reserveB;
    uint32 private last;
    uint256 public priceCumulative;
    event Swap(address indexed sender, uint256 amountIn, uint256 amountOut, bool aToB);

    constructor(Token a_, Token b_) { a = a_; b = b_; }

    function sync() external { reserveA = uint112(a.balanceOf(address(this))); reserveB = uint112(b.balanceOf(address(this))); }

    // Constant product with a fee of 0.3 %.
    function swap(uint256 amountIn, bool aToB) external returns (uint256 amountOut) {
        (uint256 x, uint256 y) = aToB ? (reserveA, reserveB) : (reserveB, reserveA);
        (Token from, Token to) = aToB ? (a, b) : (b, a);
        uint256 withFee = amountIn * 997;
        amountOut = (withFee * y) / (x * 1000 + withFee);
        from.transferFrom(msg.sender, address(this), amountIn);
        to.transfer(msg.sender, amountOut);
        uint256 newX = from.balanceOf(address(this));
        uint256 newY = to.balanceOf(address(this));
        require((newX * 1000 - amountIn * 3) * newY * 1000 >= x * y * 1000 * 1000, "K");
        unchecked { priceCumulative += (y << 112) / x * (uint32(block.timestamp) - last); }
        last = uint32(block.timestamp);
        (reserveA, reserveB) = aToB ? (uint112(newX), uint112(newY)) : (uint112(newY), uint112(newX));
        emit Swap(msg.sender, amountIn, amountOut, aToB);
    }
}

contract Swaps {
    function run(uint256 n) external returns (uint256 out) {
        Token a = new Token();
        Token b = new Token();
        Pair pair = new Pair(a, b);
        a.mint(address(this), 1e26);
        b.mint(address(this), 1e26);
        a.approve(address(pair), type(uint256).max);
        b.approve(address(pair), 1e26);
        a.transfer(address(pair), 1e24);
        b.transfer(address(pair), 2e24);
        pair.sync();
        for (uint256 i = 0; i < n; i++) out += pair.swap(1e18 + i, i & 1 == 0);
    }
}

// Spheres over a floor, one bounce, in fixed-point numbers of 24 fractional bits: signed arithmetic, square roots, structs in memory.
contract RayTracer {
    int256 private constant ONE = 1 << 24;

    struct V { int256 x; int256 y; int256 z; }
    struct Sphere { V center; int256 radius; V color; }

    function run(uint256 side) external pure returns (uint256 digest) {
        Sphere[] memory scene = new Sphere[](4);
        scene[0] = Sphere(V(0, ONE, 6 * ONE), ONE, V(ONE, ONE / 4, ONE / 4));
        scene[1] = Sphere(V(-2 * ONE, ONE / 2, 5 * ONE), ONE / 2, V(ONE / 4, ONE, ONE / 4));
        scene[2] = Sphere(V(2 * ONE, ONE / 2, 4 * ONE), ONE / 2, V(ONE / 4, ONE / 4, ONE));
        scene[3] = Sphere(V(0, -1000 * ONE, 5 * ONE), 1000 * ONE, V(ONE / 2, ONE / 2, ONE / 2));
        for (uint256 py = 0; py < side; py++)
            for (uint256 px = 0; px < side; px++) {
                V memory eye = V(0, ONE, -2 * ONE);
                V memory ray = unit(V((int256(2 * px) * ONE) / int256(side) - ONE, ONE - (int256(2 * py) * ONE) / int256(side), 2 * ONE));
                V memory c = shade(scene, eye, ray, 1);
                digest = uint256(keccak256(abi.encode(digest, c.x, c.y, c.z)));
            }
    }

    function shade(Sphere[] memory scene, V memory from, V memory ray, uint256 bounces) private pure returns (V memory) {
        (bool found, uint256 which, int256 t) = nearest(scene, from, ray);
        if (!found) return V(ONE / 2, (7 * ONE) / 10, ONE);
        V memory p = add(from, scale(ray, t));
        V memory normal = unit(sub(p, scene[which].center));
        V memory above = add(p, scale(normal, ONE / 256));
        V memory c = scale(scene[which].color, lit(scene, above, normal));
        if (bounces == 0) return c;
        ray = sub(ray, scale(normal, 2 * dot(ray, normal)));
        return add(scale(c, (3 * ONE) / 4), scale(shade(scene, above, ray, bounces - 1), ONE / 4));
    }

    function lit(Sphere[] memory scene, V memory from, V memory normal) private pure returns (int256) {
        V memory light = unit(V(ONE, 2 * ONE, -ONE));
        (bool shadowed, , ) = nearest(scene, from, light);
        return ONE / 8 + (shadowed ? int256(0) : max(dot(normal, light)));
    }

    function nearest(Sphere[] memory scene, V memory from, V memory ray) private pure returns (bool found, uint256 which, int256 best) {
        for (uint256 i = 0; i < scene.length; i++) {
            V memory o = sub(from, scene[i].center);
            int256 b = dot(o, ray);
            int256 d = mul(b, b) - dot(o, o) + mul(scene[i].radius, scene[i].radius);
            if (d < 0) continue;
            int256 t = -b - root(d);
            if (t > ONE / 256 && (!found || t < best)) (found, which, best) = (true, i, t);
        }
    }

    function root(int256 value) private pure returns (int256) {
        if (value <= 0) return 0;
        uint256 x = uint256(value) << 24;
        uint256 r = x;
        uint256 next = (x >> 1) + 1;
        while (next < r) { r = next; next = (x / next + next) >> 1; }
        return int256(r);
    }

    function max(int256 a) private pure returns (int256) { return a > 0 ? a : int256(0); }
    function mul(int256 a, int256 b) private pure returns (int256) { return (a * b) >> 24; }
    function dot(V memory a, V memory b) private pure returns (int256) { return (a.x * b.x + a.y * b.y + a.z * b.z) >> 24; }
    function add(V memory a, V memory b) private pure returns (V memory) { return V(a.x + b.x, a.y + b.y, a.z + b.z); }
    function sub(V memory a, V memory b) private pure returns (V memory) { return V(a.x - b.x, a.y - b.y, a.z - b.z); }
    function scale(V memory a, int256 k) private pure returns (V memory) { return V(mul(a.x, k), mul(a.y, k), mul(a.z, k)); }
    function unit(V memory a) private pure returns (V memory) {
        int256 length = root(dot(a, a));
        return V((a.x * ONE) / length, (a.y * ONE) / length, (a.z * ONE) / length);
    }
}

// Calls one precompiled contract with the input that follows the number of turns.
contract Precompiled {
    function run(uint256 n, address to, bytes calldata input) external view returns (bytes32 last) {
        bytes memory data = input;
        for (uint256 i = 0; i < n; i++) {
            (bool ok, bytes memory result) = to.staticcall(data);
            require(ok, "failed");
            last = keccak256(result);
        }
    }
}
