#!/usr/bin/env python3
"""Luna's shop, for trying things out: answers everything that systems.flow asks, from memory.

    python3 examples/luna_store/shop/shop.py [PORT]

prints its address (port 0, or none, is any that is free) and ends with its standard input. An action that is repeated
under the same Idempotency-Key is answered as before, and happens once: that is all a real shop has to do, too.
"""

import json
import re
import sys
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

CDN = "https://cdn.luna.example"
SHOP = "https://shop.example"

ORDERS = {
    "20431177": {"state": "placed", "arrives": None, "total": 120},
    "20431178": {"state": "packed", "arrives": None, "total": 80},
    "20431179": {"state": "shipped", "arrives": "2027-01-18", "total": 45.5},
    "20431180": {"state": "delivered", "arrives": None, "total": 19.9},
}

PRODUCTS = {
    "LS-2040": {"name": "Linen shirt", "price": 60, "in_stock": False},
    "WH-1001": {"name": "Wool hat", "price": 35.5, "in_stock": True},
}

# name, price, whom it is for, how many there are
GIFTS = [
    ("Candle", 12, ("her", "home"), 20),
    ("Scarf", 30, ("her", "him"), 1),
    ("Vase", 45, ("her", "home"), 0),
    ("Wallet", 59, ("him",), 5),
    ("Wooden train", 25, ("child",), 5),
]


class Refused(Exception):
    """An answer that is a failure."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status = status


class Shop:
    """Everything the shop knows."""

    def __init__(self):
        self.lock = threading.Lock()
        self.done = {}  # what actions gave, by their keys
        self.shelf = {name: count for name, _, _, count in GIFTS}
        self.slots = {}  # who has which time of the courier
        self.returns = {}
        self.kept = []  # leads, photos, refunds, feedback

    # What is read.

    def quote(self, query):
        return {"price": 5, "days": 2} if query["city"] else None

    def order(self, number):
        if number not in ORDERS:
            raise Refused(404, "there is no such order")
        return ORDERS[number]

    def gifts(self, query):
        budget = float(query["budget"])
        found = [gift for gift in GIFTS if query["for"] in gift[2] and gift[1] <= budget]
        return [
            {
                "name": name,
                "price": price,
                "picture": f"{CDN}/{name.lower().replace(' ', '-')}.jpg",
                "page": f"{SHOP}/{name.lower().replace(' ', '-')}",
                "in_stock": self.shelf[name] > 0,
            }
            for name, price, _, _ in found
        ]

    def product(self, code):
        if code not in PRODUCTS:
            raise Refused(404, "there is no such product")
        return PRODUCTS[code]

    def goes_with(self, number):
        self.order(number)
        return [{"name": "Wool hat", "price": 35.5, "page": f"{SHOP}/wool-hat"}]

    def times(self, number):
        self.order(number)
        day = datetime(2027, 1, 18, 7, tzinfo=timezone.utc)
        starts = {"a": day, "b": day + timedelta(hours=2), "c": day + timedelta(hours=8, minutes=30)}
        return [
            {"id": name, "starts": moment.isoformat(), "free": name != "b" and name not in self.slots}
            for name, moment in starts.items()
        ]

    def may_return(self, number):
        self.order(number)
        return {"allowed": True, "last_day": "2027-02-15"}

    # What is done.

    def keep(self, what, body):
        self.kept.append((what, body))

    def book(self, number, body):
        slot = next((one for one in self.times(number) if one["id"] == body["slot"]), None)
        if slot is None or not slot["free"]:
            raise Refused(409, "that time has gone")
        self.slots[body["slot"]] = number
        return {"starts": slot["starts"]}

    def cancel(self, number, _):
        order = self.order(number)
        if order["state"] in ("shipped", "delivered"):
            raise Refused(409, "it has left the house")
        order["state"] = "cancelled"

    def open_return(self, body):
        self.order(body["order"])
        if body["order"] in self.returns:
            raise Refused(409, "there is one already")
        code = f"r{len(self.returns) + 7}"
        self.returns[body["order"]] = code
        return {"label": f"{SHOP}/labels/{code}.pdf", "code": code}

    def reserve(self, body):
        if self.shelf.get(body["product"], 0) == 0:
            raise Refused(409, "it is sold out")
        self.shelf[body["product"]] -= 1
        return {"until": "2027-01-20"}

    def voucher(self, body):
        return f"LUNA{body['cut']}"


READ = [
    (r"/quote", lambda shop, query: shop.quote(query)),
    (r"/gifts", lambda shop, query: shop.gifts(query)),
    (r"/products/([^/]+)", lambda shop, _, code: shop.product(code)),
    (r"/orders/(\d+)", lambda shop, _, number: shop.order(number)),
    (r"/orders/(\d+)/goes-with", lambda shop, _, number: shop.goes_with(number)),
    (r"/orders/(\d+)/slots", lambda shop, _, number: shop.times(number)),
    (r"/orders/(\d+)/return", lambda shop, _, number: shop.may_return(number)),
]

DO = [
    (r"/leads", lambda shop, body: shop.keep("lead", body)),
    (r"/feedback", lambda shop, body: shop.keep("feedback", body)),
    (r"/returns", lambda shop, body: shop.open_return(body)),
    (r"/reservations", lambda shop, body: shop.reserve(body)),
    (r"/vouchers", lambda shop, body: shop.voucher(body)),
    (r"/orders/(\d+)/delivery", lambda shop, body, number: shop.book(number, body)),
    (r"/orders/(\d+)/cancel", lambda shop, body, number: shop.cancel(number, body)),
    (r"/orders/(\d+)/photos", lambda shop, body, number: shop.keep("photo", body)),
    (r"/orders/(\d+)/refund", lambda shop, body, number: shop.keep("refund", body)),
]


class Answers(BaseHTTPRequestHandler):
    """HTTP in, HTTP out."""

    protocol_version = "HTTP/1.1"
    shop = Shop()

    def do_GET(self):
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.answer(*self.find(READ, address.path, query))

    def do_POST(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        key = self.headers.get("Idempotency-Key")
        with self.shop.lock:
            if key not in self.shop.done:
                self.shop.done[key] = self.find(DO, self.path, body)
            status, given = self.shop.done[key]
        self.answer(status, given)

    def find(self, places, path, given):
        for pattern, do in places:
            found = re.fullmatch(pattern, path)
            if found:
                try:
                    return 200, do(self.shop, given, *found.groups())
                except Refused as refused:
                    return refused.status, {"error": str(refused)}
                except (KeyError, ValueError) as error:
                    return 400, {"error": str(error)}
        return 404, {"error": "there is nothing here"}

    def answer(self, status, given):
        body = json.dumps(given).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing: what people ask is theirs."""


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
